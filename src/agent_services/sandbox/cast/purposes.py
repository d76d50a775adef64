"""What each of the cast is for, in a few words. Spec: sandbox 5.2."""

from collections.abc import Mapping
from types import MappingProxyType

PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "amelia": "Brightwater Accountants, administrator: the agent to begin with",
        "ben": "Brightwater Accountants, assistant",
        "nina": "Nightjar Bookkeeping: suspended for income tax and VAT",
        "oisin": "Liffey Shannon Tax Advisers: an overseas agent",
        "harriet": "Harbour Tax LLP: a rival of Brightwater",
        "quinn": "Quillfeather & Co: partially subscribed",
        "nell": "Nell Larkin: ready to subscribe, company 10000606",
        "otto": "Overseas applicant, accepted",
        "amelia-legacy": "Brightwater's old credential: codes to map, three clients",
        "stride-sam": "Staff with every role",
        "service": "Background jobs: AGENT_SERVICES_SERVICE_TOKEN=sandbox-service",
        "iris": "Income tax: main agent Brightwater, supporting agent Harbour",
        "jonah": "Income tax, no agent: the client to begin with",
        "kirsten": "Income tax, overseas (Norway)",
        "liam": "Income tax, no postcode anywhere: cannot be found",
        "marion": "Income tax, with an older agent whose code is mapped to Brightwater",
        "noor": "Not signed up for income tax: authority is partial; the lever sign-up-itsa changes that",
        "petra": "Income tax, with an older agent who has ceased",
        "quentin": "Income record only",
        "example-itsa": "The income tax client of the documentation's examples",
        "rowan": "VAT: main agent Brightwater",
        "sade": "VAT, an individual; agent Nightjar, which is suspended",
        "thorne": "VAT, insolvent",
        "umber": "VAT without registration date: cannot be found",
        "vester": "VAT, overseas (Denmark)",
        "wexcombe": "VAT, with an older VAT enrolment delegated to Brightwater's old credential",
        "example-vat": "The VAT client of the documentation's examples",
        "winter": "Trust with a UTR",
        "yarrow": "Trust with a URN alone",
        "zara": "Capital gains, individual",
        "bellerive": "Capital gains, overseas trustees",
        "coldharbour": "Plastic packaging",
        "dacre": "Plastic packaging, deregistered",
        "drayton": "Country-by-country, UK",
        "elbe": "Country-by-country, not UK",
        "farthing": "Pillar 2: main agent Liffey Shannon",
        "gotland": "Pillar 2, inactive",
    }
)
