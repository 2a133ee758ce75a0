"""What the managed service provider sells, whose products they are, and how each vendor writes names."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .rating import Terms, Tier

LICENCES, DEVICES, STORAGE, BACKUP = "Nimbra", "Wardline", "Cirrovault", "Reststead"
VENDORS = (LICENCES, DEVICES, STORAGE, BACKUP)
TOGETHER = "prod_2ManagedServices"
"""The product of the one line on which billing carries what another system itemises."""


class Service(NamedTuple):
    """A service: its unit, its vendor's name for it (with how many units one of the vendor's is), price and cost.

    `basis` and `measure` say how its quantity is counted, `timing` when it is invoiced, `size` how
    many units a client of ordinary size has.
    """

    id: str
    name: str
    unit: str
    kind: str
    vendor: str | None
    sku: str | None
    basis: str
    measure: str | None
    timing: str
    terms: Terms
    cost: Decimal
    size: int
    units: Decimal = Decimal(1)

    @property
    def product(self) -> str:
        """Billing's product."""
        return "prod_2" + "".join(part.capitalize() for part in self.id.split("_"))

    def price_id(self, currency: str) -> str:
        """Billing's list price."""
        return f"price_{self.product[5:]}{currency.capitalize()}"


def _d(text: str) -> Decimal:
    """A decimal."""
    return Decimal(text)


def _tiers(*rows: tuple[int | None, str] | tuple[int | None, str, str]) -> tuple[Tier, ...]:
    """Tiers from (up to, price[, flat])."""
    return tuple(Tier(row[0], _d(row[1]), _d(row[2]) if len(row) > 2 else None) for row in rows)


def _committed(price: str) -> Terms:
    """So much for each unit."""
    return Terms("per_unit", _d(price))


SERVICES = (
    Service("mail_basic", "Mailbox", "mailbox", "licence", LICENCES, "NBL-MAIL", "committed", None, "advance",
            _committed("4.20"), _d("2.60"), 25),
    Service("office_standard", "Office seat", "seat", "licence", LICENCES, "NBL-OFFICE-S", "committed", None,
            "advance", _committed("13.75"), _d("10.10"), 18),
    Service("office_premium", "Office seat with desktop", "seat", "licence", LICENCES, "NBL-OFFICE-P",
            "vendor_count", "maximum", "arrears", _committed("24.90"), _d("18.40"), 9),
    Service("phone_seat", "Telephone seat", "seat", "licence", LICENCES, "NBL-PHONE", "vendor_count", "last",
            "arrears", Terms("volume", None, _tiers((10, "9.80"), (25, "8.90"), (None, "8.15"))), _d("5.70"), 14),
    Service("password_vault", "Password vault", "seat", "licence", LICENCES, "NBL-VAULT", "vendor_count",
            "maximum", "arrears", _committed("3.35"), _d("1.90"), 15),
    Service("mail_security", "Mail filter", "mailbox", "licence", LICENCES, "NBL-FILTER", "vendor_count",
            "maximum", "arrears", Terms("graduated", None, _tiers((10, "2.85"), (30, "2.40"), (None, "1.95"))),
            _d("1.10"), 22),
    Service("design_suite", "Design suite", "seat", "licence", LICENCES, "NBL-DESIGN", "committed", None,
            "arrears", _committed("54.60"), _d("41.00"), 4),
    Service("remote_access", "Remote access", "seat", "licence", LICENCES, "NBL-REMOTE", "vendor_count", "last",
            "arrears", _committed("6.45"), _d("3.90"), 11),
    Service("endpoint_protection", "Endpoint protection", "device", "device", DEVICES, "endpoint guard",
            "vendor_count", "maximum", "arrears",
            Terms("graduated", None, _tiers((15, "5.90"), (40, "4.95", "10.00"), (None, "4.40", "15.00"))),
            _d("2.80"), 24),
    Service("server_protection", "Server protection", "server", "device", DEVICES, "server guard",
            "vendor_count", "maximum", "arrears", _committed("17.25"), _d("11.50"), 3),
    Service("patching", "Patching", "device", "device", DEVICES, "patch rounds", "committed", None, "advance",
            _committed("3.15"), _d("1.45"), 21),
    Service("mobile_management", "Mobile management", "device", "device", DEVICES, "mobile fleet",
            "vendor_count", "last", "arrears",
            Terms("volume", None, _tiers((20, "4.05"), (None, "3.55")), included=2), _d("1.85"), 16),
    Service("firewall", "Firewall", "device", "device", DEVICES, "edge gate", "committed", None, "advance",
            _committed("64.00"), _d("37.00"), 2),
    Service("file_storage", "File storage", "GB", "storage", STORAGE, "cv.files.gb", "vendor_count",
            "daily_average", "arrears", Terms("package", _d("7.90"), package=100), _d("0.041"), 640),
    Service("object_storage", "Object storage", "TB", "storage", STORAGE, "cv.objects.gb", "vendor_count",
            "daily_average", "arrears", Terms("package", _d("21.50"), package=1), _d("12.90"), 3,
            _d("0.001")),
    Service("archive", "Archive", "GB", "storage", STORAGE, "cv.archive.gb", "vendor_count", "maximum",
            "arrears", _committed("0.0135"), _d("0.006"), 2_300),
    Service("file_sync", "File synchronisation", "seat", "storage", STORAGE, "cv.sync.seat", "vendor_count",
            "last", "arrears", Terms("per_unit", _d("5.15"), included=3), _d("2.95"), 15),
    Service("workstation_backup", "Workstation backup", "device", "backup", BACKUP, "BK/WORKSTATION",
            "vendor_count", "last", "arrears", Terms("per_unit", _d("4.75"), minimum=_d("45.00")), _d("2.25"), 12),
    Service("server_backup", "Server backup", "server", "backup", BACKUP, "BK/SERVER", "vendor_count",
            "maximum", "arrears", Terms("per_unit", _d("28.40"), included=1), _d("16.10"), 4),
    Service("mail_backup", "Mail backup", "mailbox", "backup", BACKUP, "BK/MAIL", "committed", None, "advance",
            _committed("2.55"), _d("1.20"), 23),
    Service("backup_space", "Backup space", "GB", "backup", BACKUP, "BK/SPACE", "vendor_count",
            "daily_average", "arrears", Terms("package", _d("11.20"), package=250, included=500), _d("0.019"), 2_100),
    Service("text_alerts", "Text alerts", "message", "usage", None, None, "metered", None, "arrears",
            Terms("graduated", None, _tiers((500, "0.0450"), (None, "0.0385")), included=50), _d("0.021"), 700),
    Service("voice_minutes", "Voice minutes", "minute", "usage", None, None, "metered", None, "arrears",
            Terms("package", _d("3.60"), package=100), _d("0.014"), 1_400),
    Service("print_pages", "Printed pages", "page", "usage", None, None, "metered", None, "arrears",
            Terms("per_unit", _d("0.0320"), minimum=_d("12.00")), _d("0.011"), 1_900),
    Service("service_desk", "Service desk", "plan", "labour", None, None, "committed", None, "advance",
            _committed("380.00"), _d("210.00"), 1),
)
BY_ID = {service.id: service for service in SERVICES}
METER_NAMES = {"text_alerts": "text-alerts.sent", "voice_minutes": "voice.minutes", "print_pages": "print_pages"}
"""What meters call it; one uses the service's own id."""


def site_of(vendor: str, word: str, name: str, number: int, customer_id: str) -> str:
    """How a vendor names a client: by name, by site, by bucket, by account number or by billing's id."""
    if vendor == LICENCES:
        return name.upper()
    if vendor == DEVICES:
        return f"{word} - Head Office"
    if vendor == STORAGE:
        return f"bkt-{word.lower()}-{number:02d}"
    return customer_id if number % 5 == 0 else f"RS-{10_000 + 7 * number}"
