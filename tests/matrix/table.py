"""Who may do what with which record: section 3 of the promises, written by hand and in other words than the policy.

CELLS holds a line per resource and a column per person; the records belong to programme noord (A), student s1 and
organisation 1. C create, R read, U change, A decide, W withdraw or answer; o is "only with one's own, and this one is
another's", which looks like none; - is a page for others. Two columns stand nowhere: `dx`, disabled while signed in, is
`an` at the next request; `pm`, after the password and before the code, has the public pages only.

ROUTES says for every page which resource it is about, and which letter it asks for. A page that is not in it may not
exist.

/bedrijf/gegevens is filled in once, by whoever comes first; after that it only shows. /werven/{need} names a kind of
place and no record: where nobody looks for it, it leads back to the list.
"""

WHO = ("an", "s1", "s2", "sm", "e1", "ec", "e2", "bA", "bB", "cA", "ad", "au")

#  what                an   s1   s2   sm   e1   ec   e2   bA   bB   cA   ad   au
CELLS = """
   public              RC   RC   RC   RC   RC   RC   RC   RC   RC   RC   RC   RC
   own-session         -    RW   RW   RW   RW   RW   RW   RW   RW   RW   RW   RW
   own-account         -    RC   RC   RC   RC   RC   RC   RC   RC   RC   RC   RC
   staff-account       -    -    -    -    -    -    -    RC   RC   RC   RC   RC
   session-of-bA       -    o    o    o    o    o    o    W    o    o    o    o
   own-rights          -    RC   RC   RC   RC   RC   RC   -    -    -    -    -
   own-limits          -    RC   RC   RC   -    -    -    -    -    -    -    -
   own-limit           -    W    o    o    -    -    -    -    -    -    -    -
   own-request         -    W    o    o    o    o    o    -    -    -    -    -
   requests            -    -    -    -    -    -    -    R    R    R    -    R
   request             -    -    -    -    -    -    -    R    o    R    -    R
   answer-to-request   -    -    -    -    -    -    -    -    -    A    -    -
   own-file            -    RU   RU   RU   -    -    -    -    -    -    -    -
   own-placement       -    RW   o    o    -    -    -    -    -    -    -    -
   own-company         -    -    -    -    RU   R    RU   -    -    -    -    -
   own-contact         -    -    -    -    RU   RU   RU   -    -    -    -    -
   company-place       -    -    -    -    RU   R    o    -    -    -    -    -
   company-placement   -    -    -    -    RW   R    o    -    -    -    -    -
   lists               -    -    -    -    -    -    -    R    R    R    -    -
   together            -    -    -    -    -    -    -    RU   RU   -    -    -
   own-views           -    -    -    -    -    -    -    U    o    o    -    -
   new-view            -    -    -    -    -    -    -    C    C    C    -    -
   student             -    -    -    -    -    -    -    RU   o    RU   -    -
   case                -    -    -    -    -    -    -    RU   o    R    -    -
   task                -    -    -    -    -    -    -    RU   o    -    -    -
   organisation        -    -    -    -    -    -    -    RU   o    RU   -    -
   contact-of-company  -    -    -    -    -    -    -    C    o    -    -    -
   interest            -    -    -    -    -    -    -    RU   o    -    -    -
   recognition         -    -    -    -    -    -    -    RCU  o    RCU  -    -
   place               -    -    -    -    -    -    -    RCU  o    RCU  -    -
   new-company         -    -    -    -    -    -    -    RC   RC   RC   -    -
   lists-brought-in    -    -    -    -    -    -    -    RU   o    RU   -    -
   bringing-in         -    -    -    -    -    -    -    RC   RC   RC   -    -
   doubles             -    -    -    -    -    -    -    RU   o    RU   -    -
   rounds              -    -    -    -    -    -    -    RC   RC   RC   -    -
   round               -    -    -    -    -    -    -    RCU  o    RCU  -    -
   oversight           -    -    -    -    -    -    -    -    -    RU   -    -
   proposal            -    -    -    -    -    -    -    RA   o    RA   -    -
   placement           -    -    -    -    -    -    -    RUW  o    RUW  -    -
   on-behalf           -    -    -    -    -    -    -    RU   o    -    -    -
   letters             -    -    -    -    -    -    -    RU   RU   RU   -    -
   letter              -    -    -    -    -    -    -    U    o    U    -    -
   settings            -    -    -    -    -    -    -    -    -    RU   -    -
   staff-rights        -    -    -    -    -    -    -    -    -    -    R    R
   accounts            -    -    -    -    -    -    -    -    -    -    RCU  -
   factors             -    -    -    -    -    -    -    -    -    RA   RA   -
   trail               -    -    -    -    -    -    -    -    -    -    -    R
"""

ROUTES = """
GET  /                                                       public R
GET  /.well-known/security.txt                               public R
GET  /privacy                                                public R
GET  /toegankelijkheid                                       public R
GET  /hulp                                                   public R
POST /taal                                                   public C
GET  /gezondheid/leeft                                       public R
GET  /gezondheid/klaar                                       public R
GET  /metrics                                                public R
GET  /demo/post                                              public R
GET  /aanmelden                                              public R
GET  /aanmelden/noord                                        public R
POST /aanmelden/noord                                        public C
GET  /zo-kiezen-we/noord                                     public R
GET  /bedrijven                                              public R
GET  /bedrijven/aanmelden                                    public R
POST /bedrijven/aanmelden                                    public C
GET  /bedrijven/interesse                                    public R
POST /bedrijven/interesse                                    public C
GET  /bedrijven/interesse/bedankt                            public R
GET  /inloggen                                               public R
POST /inloggen                                               public C
GET  /inloggen/code                                          public R
POST /inloggen/code                                          public C
GET  /inloggen/link/{token}                                  public R
POST /inloggen/link/{token}                                  public C
GET  /inloggen/medewerker                                    public R
POST /inloggen/medewerker                                    public C
GET  /inloggen/medewerker/code                               public R
POST /inloggen/medewerker/code                               public C
GET  /inloggen/uitnodiging/{token}                           public R
POST /inloggen/uitnodiging/{token}                           public C
GET  /inloggen/medewerker/herstelcode                        public R
POST /inloggen/medewerker/herstelcode                        public C
GET  /inloggen/medewerker/vergeten                           public R
POST /inloggen/medewerker/vergeten                           public C
GET  /inloggen/medewerker/vergeten/verstuurd                 public R
GET  /inloggen/wachtwoord/{token}                            public R
POST /inloggen/wachtwoord/{token}                            public C
POST /uitloggen                                              public C
GET  /inloggen/verder                                        own-session R
POST /inloggen/verder                                        own-session W
GET  /account                                                own-account R
POST /account/sessies/{own_session}/beeindigen               session-of-bA W
POST /account/sessies/andere                                 own-account C
GET  /account/bevestigen                                     own-account R
POST /account/bevestigen                                     own-account C
POST /account/bevestigen/mail                                own-account C
GET  /account/e-mailadres                                    own-account R
POST /account/e-mailadres                                    own-account C
GET  /account/e-mailadres/{token}                            own-account R
POST /account/e-mailadres/{token}                            own-account C
GET  /account/wachtwoord                                     staff-account R
POST /account/wachtwoord                                     staff-account C
GET  /account/app                                            staff-account R
POST /account/app                                            staff-account C
POST /account/app/klaar                                      staff-account C
GET  /account/herstelcodes                                   staff-account R
POST /account/herstelcodes                                   staff-account C
GET  /mijn-gegevens/downloaden                               own-account R
POST /mijn-gegevens/downloaden                               own-account C
GET  /mijn-gegevens/wissen                                   own-rights R
POST /mijn-gegevens/wissen                                   own-rights C
POST /mijn-gegevens/verzoeken/{own_request}/intrekken        own-request W
POST /mijn-gegevens/verzoeken/{own_request}/stoppen          own-limit W
GET  /mijn-gegevens/beperken                                 own-limits R
POST /mijn-gegevens/beperken                                 own-limits C
GET  /mijn-gegevens/bezwaar                                  own-limits R
POST /mijn-gegevens/bezwaar                                  own-limits C
GET  /verzoeken                                              requests R
GET  /verzoeken/{request}                                    request R
POST /verzoeken/{request}/besluit                            answer-to-request A
POST /verzoeken/{request}/opheffen                           answer-to-request A
POST /verzoeken/{request}/doorgaan                           answer-to-request A
GET  /student                                                own-file R
GET  /student/gegevens                                       own-file R
GET  /student/wie-zag-mijn-gegevens                          own-file R
GET  /student/profiel                                        own-file R
GET  /student/profiel/{step}                                 own-file R
POST /student/profiel/{step}                                 own-file U
GET  /student/profiel/controleren                            own-file R
POST /student/profiel/controleren                            own-file U
GET  /student/plaatsing/{placement}                          own-placement R
POST /student/plaatsing/{placement}/antwoord                 own-placement W
GET  /bedrijf                                                own-company R
GET  /bedrijf/erkenningen                                    own-company R
POST /bedrijf/erkenningen                                    own-company U
GET  /bedrijf/gegevens                                       own-company R
POST /bedrijf/gegevens                                       own-company R
GET  /bedrijf/contactpersoon                                 own-contact R
POST /bedrijf/contactpersoon                                 own-contact U
GET  /bedrijf/gegevens/wijzigen                              own-company U
POST /bedrijf/gegevens/wijzigen                              own-company U
POST /bedrijf/collegas                                       own-company U
POST /bedrijf/collegas/{colleague}/verwijderen               company-place U
GET  /bedrijf/plaatsingen/{placement}                        company-placement R
GET  /bedrijf/plaatsingen/{placement}/afzeggen               company-placement W
POST /bedrijf/plaatsingen/{placement}/antwoord               company-placement W
GET  /bedrijf/plekken/nieuw                                  own-company U
POST /bedrijf/plekken/nieuw                                  own-company U
GET  /bedrijf/plekken/{place}                                company-place R
GET  /bedrijf/plekken/{place}/{place_step}                   company-place U
POST /bedrijf/plekken/{place}/{place_step}                   company-place U
GET  /bedrijf/plekken/{place}/controleren                    company-place U
POST /bedrijf/plekken/{place}/openen                         company-place U
POST /bedrijf/plekken/{place}/pauzeren                       company-place U
GET  /bedrijf/plekken/{place}/sluiten                        company-place U
POST /bedrijf/plekken/{place}/sluiten                        company-place U
GET  /makelaar                                               lists R
POST /weergaven                                              new-view C
POST /weergaven/{view}/hernoemen                             own-views U
POST /weergaven/{view}/verwijderen                           own-views U
GET  /studenten                                              lists R
GET  /studenten/samen                                        together R
POST /studenten/samen                                        together U
GET  /studenten/{student}                                    student R
GET  /studenten/{student}/plaatsen                           student R
GET  /studenten/{student}/plaatsen/{place}                   student R
POST /studenten/{student}/plaatsen/{place}                   student U
POST /studenten/{student}/wachten                            student U
GET  /studenten/{student}/voorkeuren                         student R
GET  /studenten/{student}/voorkeuren/{place}                 student R
POST /studenten/{student}/voorkeuren/{place}                 student U
POST /studenten/{student}/voorkeuren/{hint}/intrekken        student U
POST /studenten/{student}/{press}                            case U
GET  /studenten/{student}/{stop}                             case U
POST /studenten/{student}/{stop}                             case U
POST /studenten/{student}/contact                            case U
POST /studenten/{student}/notities                           case U
GET  /studenten/{student}/overdragen                         case U
POST /studenten/{student}/overdragen                         case U
POST /studenten/{student}/overdracht/{handed}                case U
POST /studenten/{student}/taken                              case U
GET  /taken                                                  lists R
GET  /taken/{task}/vervalt                                   task U
POST /taken/{task}/vervalt                                   task U
POST /taken/{task}/{ticked}                                  task U
GET  /organisaties                                           lists R
GET  /organisaties/{organisation}                            organisation R
POST /organisaties/{organisation}/contact                    contact-of-company C
POST /organisaties/{organisation}/taken                      contact-of-company C
GET  /organisaties/{organisation}/{verdict}                  organisation U
POST /organisaties/{organisation}/{verdict}                  organisation U
GET  /organisaties/{organisation}/erkenningen/{recognition}  recognition R
POST /organisaties/{organisation}/erkenningen/{recognition}  recognition U
GET  /organisaties/{organisation}/erkenningen/nieuw          recognition C
POST /organisaties/{organisation}/erkenningen/nieuw          recognition C
GET  /organisaties/{organisation}/plekken/nieuw              place C
POST /organisaties/{organisation}/plekken/nieuw              place C
POST /organisaties/interesse/{interest}/{outcome}            interest U
GET  /organisaties/nieuw                                     new-company R
POST /organisaties/nieuw                                     new-company C
GET  /plekken                                                lists R
GET  /plekken/{place}                                        place R
GET  /plekken/{place}/{place_step}                           place U
POST /plekken/{place}/{place_step}                           place U
GET  /plekken/{place}/controleren                            place U
POST /plekken/{place}/openen                                 place U
POST /plekken/{place}/pauzeren                               place U
GET  /plekken/{place}/sluiten                                place U
POST /plekken/{place}/sluiten                                place U
GET  /studenten/importeren                                   bringing-in R
POST /studenten/importeren                                   bringing-in C
GET  /studenten/importeren/voorbeeld.csv                     bringing-in R
GET  /studenten/importeren/{list}                            lists-brought-in R
POST /studenten/importeren/{list}/doorvoeren                 lists-brought-in U
POST /studenten/importeren/{list}/weggooien                  lists-brought-in U
GET  /plekken/importeren                                     bringing-in R
POST /plekken/importeren                                     bringing-in C
GET  /plekken/importeren/voorbeeld.csv                       bringing-in R
GET  /plekken/importeren/{place_list}                        lists-brought-in R
POST /plekken/importeren/{place_list}/doorvoeren             lists-brought-in U
POST /plekken/importeren/{place_list}/weggooien              lists-brought-in U
GET  /werven                                                 lists R
GET  /werven/{need}                                          lists R
GET  /werven/{need}/bedrijven/{organisation}                 organisation R
POST /werven/{need}/bedrijven/{organisation}                 organisation U
POST /werven/{need}/bedrijven/{organisation}/taak            organisation U
GET  /werven/{need}/interesse/{interest}                     interest R
POST /werven/{need}/interesse/{interest}                     interest U
GET  /studenten/lijst.{form}                                 lists R
GET  /organisaties/lijst.{form}                              lists R
GET  /plekken/lijst.{form}                                   lists R
GET  /plaatsingen/lijst.{form}                               lists R
GET  /post/lijst.{form}                                      letters R
GET  /rondes/{round}/voorstellen.{form}                      round R
GET  /rondes/{round}/zonder-plek.{form}                      round R
GET  /rondes/{round}/verslag.pdf                             round R
GET  /studenten/dubbel                                       lists R
GET  /studenten/dubbel/{student}/{twin}                      doubles R
POST /studenten/dubbel/{student}/{twin}                      doubles U
POST /studenten/dubbel/{student}/{twin}/apart                doubles U
POST /studenten/samenvoegingen/{merge}/terugdraaien          doubles U
GET  /rondes                                                 rounds R
POST /rondes                                                 rounds C
GET  /rondes/{round}                                         round R
GET  /rondes/{round}/wat-ontbreekt                           round R
GET  /rondes/{round}/toezicht                                oversight R
POST /rondes/{round}/toezicht                                oversight U
GET  /rondes/{round}/zonder-plek                             round R
GET  /rondes/{round}/vergelijken                             round R
GET  /rondes/{round}/andere-instellingen                     round C
POST /rondes/{round}/andere-instellingen                     round C
POST /rondes/{round}/berekenen                               round C
POST /rondes/{round}/berekeningen/{run}/kiezen               round U
POST /rondes/{round}/berekeningen/{run}/stoppen              round U
GET  /rondes/{round}/sluiten                                 round U
POST /rondes/{round}/sluiten                                 round U
GET  /rondes/{round}/wijzigingen                             round R
GET  /rondes/{round}/wijzigingen/terugdraaien                round U
POST /rondes/{round}/wijzigingen/terugdraaien                round U
GET  /wijzigingen/{hand_change}/terugdraaien                 proposal A
POST /wijzigingen/{hand_change}/terugdraaien                 proposal A
GET  /voorstellen/{proposal}                                 proposal R
POST /voorstellen/{proposal}/besluit                         proposal A
GET  /voorstellen/{proposal}/andere-plek/{place}             proposal A
POST /voorstellen/{proposal}/andere-plek/{place}             proposal A
GET  /voorstellen/{proposal}/terugdraaien                    proposal A
POST /voorstellen/{proposal}/terugdraaien                    proposal A
POST /voorstellen/{held}/oppakken                            proposal A
GET  /voorstellen/{proposal}/opmerkingen                     proposal R
POST /voorstellen/{proposal}/opmerkingen                     proposal A
GET  /opmerkingen/{comment}/antwoord                         proposal A
POST /opmerkingen/{comment}/antwoord                         proposal A
POST /opmerkingen/{comment}/{settle}                         proposal A
POST /voorstellen/{drawn}/tweede-blik                        proposal A
GET  /plaatsingen                                            lists R
GET  /plaatsingen/samen                                      together R
POST /plaatsingen/samen                                      together U
GET  /plaatsingen/{placement}                                placement R
POST /plaatsingen/{placement}/{change}                       placement U
GET  /plaatsingen/{placement}/namens/{side}                  on-behalf R
POST /plaatsingen/{placement}/namens/{side}                  on-behalf U
GET  /plaatsingen/{placement}/terugtrekken                   placement W
POST /plaatsingen/{placement}/terugtrekken                   placement W
GET  /post                                                   letters R
GET  /versturen                                              letters R
POST /versturen                                              letters U
POST /post/{message}/opnieuw                                 letter U
GET  /instellingen                                           settings R
POST /instellingen                                           settings U
GET  /accounts                                               accounts R
GET  /accounts/uitnodigen                                    accounts C
POST /accounts/uitnodigen                                    accounts C
GET  /accounts/rechten                                       staff-rights R
POST /accounts/rechten/{rights_change}/toestaan              accounts U
POST /accounts/rechten/{rights_change}/afwijzen              accounts U
GET  /accounts/{account}/rechten                             accounts R
POST /accounts/{account}/rechten                             accounts U
POST /accounts/{account}/nagekeken                           accounts U
GET  /accounts/uitloggen                                     accounts R
POST /accounts/uitloggen                                     accounts U
GET  /accounts/app                                           factors R
POST /accounts/app/{broker}/vragen                           factors A
POST /accounts/app/{broker}/toestaan                         factors A
POST /accounts/{account}/inschakelen                         accounts U
POST /accounts/{account}/uitschakelen                        accounts U
GET  /logboek                                                trail R
"""


def _cells():
    for line in CELLS.split("\n"):
        if line.strip():
            resource, *letters = line.split()
            yield resource, dict(zip(WHO, letters, strict=True))


MAY = dict(_cells())
ROWS = [tuple(line.split()) for line in ROUTES.split("\n") if line.strip()]


def answers(who, resource, letter):
    """What this person must get: "in", or the status of the refusal (302 to sign in, 403 for another role, 404)."""
    if who in ("dx", "pm"):
        return "in" if resource == "public" else 302
    told = MAY[resource][who]
    if letter in told:
        return "in"
    if who == "an":
        return 302
    return 404 if "o" in told else 403
