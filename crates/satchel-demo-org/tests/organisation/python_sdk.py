"""Contacts created, read, listed, updated and deleted with Microsoft's own SDK."""

import os
import sys
import time

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient


class AdministratorsToken:
    """Hands out the token that the organisation's program printed."""

    def get_token(self, *scopes, **_):
        expected = os.environ["ORGANISATION"] + "/.default"
        assert scopes == (expected,), scopes
        return AccessToken(os.environ["TOKEN"], int(time.time()) + 3000)


def main():
    client = DataverseClient(os.environ["ORGANISATION"], AdministratorsToken())
    records = client.records

    one = records.create("contact", {"firstname": "Grace", "lastname": "Hopper", "gendercode": 2})
    many = records.create(
        "contact",
        [{"firstname": "Edsger", "lastname": "Dijkstra"}, {"firstname": "兰", "lastname": "林"}],
    )
    assert len(many) == 2, many

    contact = records.retrieve("contact", one, select=["fullname", "gendercode"])
    assert contact["fullname"] == "Grace Hopper", contact
    assert contact["gendercode"] == 2, contact

    found = records.list(
        "contact",
        filter="lastname eq 'Hopper' or lastname eq 'Dijkstra' or lastname eq '林' and firstname eq '兰'",
        select=["lastname"],
        orderby=["lastname asc"],
        page_size=1,
    )
    names = [row["lastname"] for row in found]
    assert names == ["Dijkstra", "Hopper", "林"], names

    records.update("contact", one, {"jobtitle": "Rear admiral"})
    assert records.retrieve("contact", one, select=["jobtitle"])["jobtitle"] == "Rear admiral"
    records.update("contact", many, {"jobtitle": "Colleague"})
    assert records.retrieve("contact", many[1], select=["jobtitle"])["jobtitle"] == "Colleague"

    for key in [one, *many]:
        records.delete("contact", key)
    left = list(records.list("contact", filter=f"contactid eq {one}", select=["lastname"]))
    assert left == [], left
    print("created 3, read, listed, updated, deleted 3")


if __name__ == "__main__":
    sys.exit(main())
