"""The wording of the Pohjois-Savo model, as it was given: four phases and 24 items, with plain spaces."""

from __future__ import annotations

PHASES = (
    "Selvitys",
    "Määrittely- ja suunnittelu",
    "Toteutus- ja käyttöönotto",
    "Päättäminen ja ylläpito",
)

ITEMS = (
    "Tunnistetaan tarve chat-palvelulle (PSHVA:n kehittämisehdotuslomake)",
    "Tarpeen kartoitus (nyky- ja tavoitetila, sidosryhmät)",
    "Chat-palvelun esittely, läpikäynti johdon kanssa",
    "Haetaan päätös johdolta chat-palvelun perustamiselle ja sitoutumiselle",
    "Selvitys käyttöönoton kustannuksista-> toimeksiantosopimus tarvittaessa",
    "(Teknologisen ratkaisun käyttöönoton yhteydessä: Porttikäsittely, muutosvaikutusten, tietoturvan ja tietosuojan arviointi.)",
    "Palvelualueen tarpeet palvelulle (tavoitetila)",
    "Kehittämistyöryhmän koonti",
    "Palvelun määritys sekä jonorakenne (Howspace-työkalulla: palvelun nimi, käyttäjät, tuottajat, palvelun käyttö, "
    "palvelulupaus, toimenpiteet, tavoitteet ja tulokset, resurssit sekä viestintä).",
    "Toimintamallin suunnittelu työpajoissa",
    "Käytössä olevat asiakas- ja potilastietojärjestelmät (toimintaympäristön ymmärtäminen)",
    "Tilastointi ja raportointi tarpeet",
    "Ammattilaisten koulutusten suunnittelu ja toteutus(mm. Moodle, ohjeet ja videotallenteet)",
    "Palvelun ja toimintamallin määritys ja läpikäynti",
    "Palvelun viestintä ja markkinointi asiakkaille – ja ammattilaisille",
    "Teknisen tuen malli (toimintatavat ja ohjeistus)",
    "Ammattilais- ja asiakasohjeet",
    "Tavoitteiden, kustannusten ja resurssien tarkastelu",
    "Palvelun käyttöönotto",
    "Raportointi ja tilastointi",
    "Vastuunsiirto palvelutuotannolle (projektin päätös)",
    "Raportoinnin tarkastelu (asiointimäärät, jonotusajat, asiakastyytyväisyys, vapaa palaute)",
    "Viestintä ja markkinointi",
    "Palvelun juurruttaminen ja jatkuva kehittäminen",
)


def plain(text: str) -> str:
    """Every run of spaces and line breaks is one space, and the ends have none."""
    return " ".join(text.split())
