"""Microsoft's client creates, reads, lists, updates and deletes contacts; anything unexpected is an exception.

Prints the id of the contact that it made and deleted.
"""

import os
import sys

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.models import col

FAR_AWAY = 4102444800  # The organisation checks the token's real expiry.


class GivenToken:
    """Shows the token that the organisation gave to its administrator."""

    def get_token(self, *scopes, **_):
        return AccessToken(os.environ["TOKEN"], FAR_AWAY)


def expect(found, wanted):
    if found != wanted:
        raise SystemExit(f"expected {wanted!r}, found {found!r}")


with DataverseClient(sys.argv[1], GivenToken()) as client:
    first = client.records.create("contact", {"firstname": "Ada", "lastname": "Wire's & Sons", "emailaddress1": "ada@wire.example"})
    second = client.records.create("contact", {"firstname": "Bo", "lastname": "Wire's & Sons"})

    columns = ["fullname", "emailaddress1", "telephone1"]
    read = client.records.retrieve("contact", first, select=columns)
    expect(read["fullname"], "Ada Wire's & Sons")
    expect(read["emailaddress1"], "ada@wire.example")

    listed = client.query.builder("contact").select("contactid", "firstname").where(col("lastname") == "Wire's & Sons").order_by("firstname").execute()
    expect([record["contactid"] for record in listed], [first, second])

    # Small pages, so that the client follows the service's own links; each record comes once.
    pages = client.query.builder("contact").select("contactid").page_size(100).execute_pages()
    ids = [record["contactid"] for page in pages for record in page]
    expect(len(ids), len(set(ids)))
    expect({first, second} - set(ids), set())
    if len(ids) < 902:
        raise SystemExit(f"the sample company should have 900 contacts, and two were made: {len(ids)} were listed")

    client.records.update("contact", first, {"telephone1": "+47 55 00 00 01"})
    expect(client.records.retrieve("contact", first, select=columns)["telephone1"], "+47 55 00 00 01")
    expect(client.records.retrieve("contact", first, select=columns)["emailaddress1"], "ada@wire.example")

    for contact in (second, first):
        client.records.delete("contact", contact)
    expect(client.records.retrieve("contact", first, select=columns), None)

print(first)
