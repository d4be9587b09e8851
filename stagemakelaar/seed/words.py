"""Names and sentences of people and companies that do not exist."""

FIRST = ["Samira", "Youssef", "Noa", "Daan", "Fatou", "Emre", "Lotte", "Ravi", "Amina", "Bram", "Chidi", "Sanne", "Mehmet", "Iris", "Jayden", "Zeynep", "Tim", "Naomi", "Omar", "Femke", "Dilan", "Kevin", "Rania", "Sem", "Aisha", "Jesse", "Lina", "Milan", "Hawa", "Thijs", "Yara", "Luuk", "Selin", "Ruben", "Imane", "Finn", "Priya", "Jamal", "Eva", "Koen"]
LAST = ["Bouali", "de_Vries", "Yılmaz", "Bakker", "Janssen", "Mensah", "van_den_Berg", "Kaya", "Singh", "Visser", "el_Amrani", "Smit", "Okafor", "de_Jong", "Demir", "Mulder", "Bos", "Haddad", "Vos", "Peters", "Koning", "Aydın", "Dekker", "Brouwer", "van_Dijk", "Ramdin", "Hendriks", "Sahin", "Willems", "Jacobs", "Osei", "Maas", "Verhoeven", "Kuipers", "Prins", "Huisman", "Tahiri", "Schouten", "van_der_Wal", "Koster"]
PREFIXES = ("van den", "van der", "van", "de", "el")
CONTACT = ["Henk_Smit", "Ria_Verkerk", "Mo_Benali", "Anja_Prins", "Johan_Postma", "Gülay_Arslan", "Peter_Vink", "Sandra_Molenaar", "Ahmed_Saidi", "Els_Timmer", "Rob_Hoekstra", "Carla_Wouters"]
STREETS = ["Lindelaan", "Kerkstraat", "Havenweg", "Molenpad", "Stationsplein", "Parkweg", "Dorpsstraat", "Industrieweg", "Schoolstraat", "Marktplein", "Kanaaldijk", "Wilgenlaan"]
SCHOOLS = {"noord": "ROC aan het IJ", "zuid": "ROC de Maasoever", "oost": "ROC Twentekanaal"}

# Sector → what companies are called, what a place there is called, and what one does.
COMPANIES = {
    "entree": ("Werkplaats", "Assistent", "Je helpt mee met het dagelijkse werk en leert stap voor stap."),
    "care": ("Zorghuis", "Medewerker in de zorg", "Je helpt bewoners met wassen, eten en gezelligheid."),
    "trade": ("Winkel", "Medewerker in de winkel", "Je vult schappen, helpt klanten en werkt aan de kassa."),
    "ict": ("Computerdienst", "Medewerker ict", "Je helpt collega's met hun computer en bouwt mee aan de site."),
    "transport": ("Transport", "Medewerker logistiek", "Je neemt goederen aan, zet ze weg en maakt zendingen klaar."),
    "craft": ("Atelier", "Medewerker atelier", "Je leert het vak aan de werkbank."),
    "building": ("Bouwbedrijf", "Leerling-monteur", "Je werkt mee op de bouw en leert van een vakman."),
    "food": ("Keuken", "Medewerker in de horeca", "Je bereidt gerechten voor en ontvangt gasten."),
    "services": ("Kantoor", "Medewerker administratie", "Je verwerkt de post, belt klanten en houdt lijsten bij."),
}
COMPANY_NAMES = """de Linde, het Anker, Zonnehof, de Brug, Noorderlicht, de Eik, Vooruit, de Zwaan, Rietveld, Kompas, de
Molen, Oeverzicht, de Schakel, Morgenstond, het Baken, de Hoeksteen, Waterkant, de Horizon, Hofzicht, de Kade"""
COMPANY_NAMES = [" ".join(name.split()) for name in COMPANY_NAMES.split(",")]
WISHES = (
    "Ik wil leren hoe je rustig blijft als het druk is.",
    "Ik wil graag met mijn handen werken en zien wat ik gemaakt heb.",
    "Ik wil leren praten met klanten en collega's.",
    "Ik wil graag leren plannen en zelfstandig werken.",
)
REMARKS = (
    "We hebben misschien plek vanaf het voorjaar.",
    "Wij zoeken iemand voor twee dagen per week, in overleg.",
    "Bel liever na drie uur, dan is het rustig in de zaak.",
    "We willen eerst weten wat begeleiden inhoudt.",
)
NOTES = (
    "Gebeld: profiel doorgenomen, wil graag dicht bij huis.",
    "Gesprek op school: leerwens samen opgeschreven.",
    "Gebeld: heeft zelf twee bedrijven gemaild, nog geen antwoord.",
)
