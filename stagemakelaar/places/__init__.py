"""Places: organisations (leerbedrijven), their recognitions, and the places that they offer.

Owns Organisation, Membership, Recognition, Interest, Place and PlaceCode. An organisation is national; a place belongs
to one programme. Must not know students, cases or rounds: a seat is taken by number, never by name.
"""
