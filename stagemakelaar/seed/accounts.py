"""The fixed accounts of the demo: one published password for all staff, and codes that anyone can compute."""

from dataclasses import dataclass

from stagemakelaar.people.models import Role

DOMAIN = "demo.example"
PASSWORD = "veertig-groene-fietsen"  # noqa: S105 - published, and for demo accounts alone


@dataclass(frozen=True)
class Known:
    """Bekend account: an address that is always there in a demo."""

    local: str
    role: Role
    name: str
    programme: str | None = None

    @property
    def email(self):
        """The whole address."""
        return f"{self.local}@{DOMAIN}"


STAFF = (
    Known("broker", Role.BROKER, "Fatima el Idrissi", "noord"),
    Known("broker2", Role.BROKER, "Joris Blok", "zuid"),
    Known("coordinator", Role.COORDINATOR, "Marleen Post", "noord"),
    Known("admin", Role.ADMIN, "Wim Sluis"),
    Known("admin2", Role.ADMIN, "Hatice Polat"),
    Known("auditor", Role.AUDITOR, "Greet Lammers"),
    Known("leaver", Role.BROKER, "Tom Vertrek", "noord"),
)
STUDENT, STUDENT2, MINOR = f"student@{DOMAIN}", f"student2@{DOMAIN}", f"minor@{DOMAIN}"
EMPLOYER, COLLEAGUE, EMPLOYER2 = f"employer@{DOMAIN}", f"colleague@{DOMAIN}", f"employer2@{DOMAIN}"
