# ruff: noqa: E501 - a subject and its word forms stand on one line
"""The words of generated guidance paths, with their forms written by hand: whoever asks inflects by no stemmer of the index.

A line: subject (| parts a compound) ; genitive partitive elative illative ; keywords that its author gave ; other ways to say it.
"""

from __future__ import annotations

from dataclasses import dataclass

SUBJECTS = """
masennus; masennuksen masennusta masennuksesta masennukseen; alakulo; olen masentunut, masentaa kovasti, alakuloinen olo
ahdistus; ahdistuksen ahdistusta ahdistuksesta ahdistukseen; paniikki, pelko; ahdistaa koko ajan, paniikkikohtaus, ahdistunut olo
unettomuus; unettomuuden unettomuutta unettomuudesta unettomuuteen; uni, nukkuminen; en nuku öisin, nukahtaminen ei onnistu, huono uni
uupumus; uupumuksen uupumusta uupumuksesta uupumukseen; väsymys, jaksaminen; olen uupunut, en jaksa, väsyttää aina
alkoholi; alkoholin alkoholia alkoholista alkoholiin; juominen, päihteet; juon liikaa, päihdeongelma, alkoholisti
huume; huumeen huumetta huumeesta huumeeseen; päihteet, aineet; huumeiden käyttö, käytän huumeita, huumausaineet
peli|riippuvuus; peliriippuvuuden peliriippuvuutta peliriippuvuudesta peliriippuvuuteen; pelaaminen, rahapelit; pelaan liikaa, riippuvuus peleistä, pelaamisen lopettaminen
tupakointi; tupakoinnin tupakointia tupakoinnista tupakointiin; tupakka, savuke, nikotiini; tupakan lopettaminen, poltan tupakkaa, tupakasta eroon
koti|hoito; kotihoidon kotihoitoa kotihoidosta kotihoitoon; kotiapu, hoitaja kotiin; hoitoa kotona, hoitajan käynti kotona, hoito kotiin
omais|hoito; omaishoidon omaishoitoa omaishoidosta omaishoitoon; omaishoitaja, hoitopalkkio; hoidan omaista, omaisen hoito, omaishoitajaksi ryhtyminen
turva|puhelin; turvapuhelimen turvapuhelinta turvapuhelimesta turvapuhelimeen; hälytysranneke, turvaranneke; puhelin turvaksi, hälytyksen ranneke, turvapuhelimien tilaus
ateria|palvelu; ateriapalvelun ateriapalvelua ateriapalvelusta ateriapalveluun; ruokapalvelu, ateriat kotiin; aterioita kotiin, ruoka kotiin, aterioiden tilaus
muisti|sairaus; muistisairauden muistisairautta muistisairaudesta muistisairauteen; dementia, alzheimer, muistihäiriö; sairastaa dementiaa, muistin sairaus, muistihäiriöt
kaatuminen; kaatumisen kaatumista kaatumisesta kaatumiseen; tasapaino, liukastuminen; kaaduin kotona, tasapaino pettää, liukastuin
palvelu|asuminen; palveluasumisen palveluasumista palveluasumisesta palveluasumiseen; hoivakoti, vanhainkoti; asuminen palvelun kanssa, hoivakotiin muutto, vanhainkotipaikka
kotoutuminen; kotoutumisen kotoutumista kotoutumisesta kotoutumiseen; maahanmuuttaja, pakolainen; kotoudun Suomeen, maahanmuuttajan neuvonta, pakolaisten palvelut
tulkkaus; tulkkauksen tulkkausta tulkkauksesta tulkkaukseen; tulkki, viittomakieli; tarvitsen tulkin, tulkattu tapaaminen, tulkin tilaaminen
toimeen|tulo|tuki; toimeentulotuen toimeentulotukea toimeentulotuesta toimeentulotukeen; rahahuolet, perusmeno; tukea toimeentuloon, rahaa elämiseen, toimeen tulo tuki
velka; velan velkaa velasta velkaan; laina, ulosotto, perintä; velkaantunut, velkojen järjestely, lainat ja ulosotto
asunnottomuus; asunnottomuuden asunnottomuutta asunnottomuudesta asunnottomuuteen; koditon, häätö; olen asunnoton, asunto puuttuu, häädetty kodista
vuokra|asunto; vuokra-asunnon vuokra-asuntoa vuokra-asunnosta vuokra-asuntoon; vuokra, muutto; asunnon vuokraus, vuokralla asuminen, asunto vuokralle
kuljetus|palvelu; kuljetuspalvelun kuljetuspalvelua kuljetuspalvelusta kuljetuspalveluun; taksi, matkat; kuljetuksen palvelut, taksimatka, kuljetusta tarvitaan
apu|väline; apuvälineen apuvälinettä apuvälineestä apuvälineeseen; rollaattori, pyörätuoli, keppi; rollaattorin lainaus, välineitä avuksi, pyörätuolin saaminen
näkö|vamma; näkövamman näkövammaa näkövammasta näkövammaan; sokeus, heikkonäköinen; näkövammainen, näön vamma, heikkonäköisen neuvonta
kuulo|koje; kuulokojeen kuulokojetta kuulokojeesta kuulokojeeseen; kuulo, huonokuuloinen; koje kuuloon, kuulon laite, huonokuuloisen laite
kehitys|vamma; kehitysvamman kehitysvammaa kehitysvammasta kehitysvammaan; erityishuolto; kehitysvammainen, kehityksen vamma, erityishuollon ohjelma
asperger; aspergerin aspergeria aspergerista aspergeriin; autismi, kirjo; autistinen, autismin kirjo, aspergerinoireyhtymä
raskaus; raskauden raskautta raskaudesta raskauteen; raskaana, odotus; olen raskaana, odotan vauvaa, raskaana oleva
synnytys; synnytyksen synnytystä synnytyksestä synnytykseen; supistus, synnyttäminen; synnyttävä äiti, supistukset alkoivat, synnyttäjä
imetys; imetyksen imetystä imetyksestä imetykseen; rintaruokinta, maito; imettäminen, vauva rinnalla imee, imettävä äiti
ehkäisy; ehkäisyn ehkäisyä ehkäisystä ehkäisyyn; pilleri, kierukka; ehkäisevä pilleri, kierukan asetus, e-pillerit
abortti; abortin aborttia abortista aborttiin; raskaudenkeskeytys; keskeytys, raskauden keskeytys, abortin teko
uhma|ikä; uhmaiän uhmaikää uhmaiästä uhmaikään; kiukku, taapero; uhmaikäinen, lapsi kiukuttelee, taaperon kiukku
murros|ikä; murrosiän murrosikää murrosiästä murrosikään; teini, nuoruus; murrosikäinen, teinin mieliala, murroksen ikä
avio|ero; avioeron avioeroa avioerosta avioeroon; ero, erotilanne; eroamme puolison kanssa, eroaminen, avioeroon päätyminen
elatus|maksu; elatusmaksun elatusmaksua elatusmaksusta elatusmaksuun; elatusapu, elatustuki; elatusavun määrä, elatuksen maksaminen, elatustuen saaja
lasten|valvoja; lastenvalvojan lastenvalvojaa lastenvalvojasta lastenvalvojaan; isyys, tapaamissopimus; lasten valvoja, isyyden tunnustaminen, tapaamissopimuksen teko
kiusaaminen; kiusaamisen kiusaamista kiusaamisesta kiusaamiseen; koulukiusaus, syrjintä; minua kiusataan, koulussa kiusattu, kiusaajat
väki|valta; väkivallan väkivaltaa väkivallasta väkivaltaan; lyöminen, turvakoti; väkivaltainen kumppani, turvakotiin pääsy, lyötiin
yksinäisyys; yksinäisyyden yksinäisyyttä yksinäisyydestä yksinäisyyteen; ystävä, seura; olen yksinäinen, ystävää vailla, seuran puute
hammas; hampaan hammasta hampaasta hampaaseen; hammaslääkäri, suu; hampaat kipeät, hammassärky, hampaiden hoito
oikomis|hoito; oikomishoidon oikomishoitoa oikomishoidosta oikomishoitoon; hammasraudat, purenta; hampaiden oikominen, raudat hampaisiin, purennan hoito
flunssa; flunssan flunssaa flunssasta flunssaan; nuha, yskä; nuhainen olo, yskittää, flunssassa
kuume; kuumeen kuumetta kuumeesta kuumeeseen; lämpö; kuumeinen, kuumeessa, nousee kuumetta
korva|tulehdus; korvatulehduksen korvatulehdusta korvatulehduksesta korvatulehdukseen; korvakipu; korvan tulehdus, korvaan sattuu, korvakivut
virtsa|tie|tulehdus; virtsatietulehduksen virtsatietulehdusta virtsatietulehduksesta virtsatietulehdukseen; pissavaiva, kirvely; virtsan tulehdus, pissatessa kirvelee, tulehdus virtsateissä
selkä|kipu; selkäkivun selkäkipua selkäkivusta selkäkipuun; noidannuoli, iskias; selkä kipeä, kipua selässä, selän kivut
niska; niskan niskaa niskasta niskaan; hartia, jumi; niskat jumissa, hartioiden jumi, niskakipu
polvi; polven polvea polvesta polveen; nivel, nivelrikko; polvet kipeät, nivelen kuluma, polvessa kipua
migreeni; migreenin migreeniä migreenistä migreeniin; päänsärky; migreenikohtaus, pään särky, päätä särkee
allergia; allergian allergiaa allergiasta allergiaan; siitepöly, nokkosihottuma; allerginen, siitepölyt, allergiaoire
astma; astman astmaa astmasta astmaan; hengenahdistus, piippu; astmaatikko, astmassa, hengitys ahdistaa
diabetes; diabeteksen diabetesta diabeteksesta diabetekseen; verensokeri, insuliini; diabeetikko, sokeritauti verensokerin kanssa, insuliinin pistäminen
veren|paine; verenpaineen verenpainetta verenpaineesta verenpaineeseen; paineet; paine koholla, verenpaineita, kohonnut paine
rokotus; rokotuksen rokotusta rokotuksesta rokotukseen; rokote, influenssarokote; rokotteen ottaminen, rokotettu, piikki eli rokote
ihottuma; ihottuman ihottumaa ihottumasta ihottumaan; kutina, iho; iho kutisee, ihon kutina, ihottumat
syöpä; syövän syöpää syövästä syöpään; kasvain, sädehoito; kasvaimen hoito, syöpäpotilas, sädehoidon jälkeen
liikunta; liikunnan liikuntaa liikunnasta liikuntaan; jumppa, kuntosali; jumpata kotona, kuntosalilla käynti, liikunnallinen arki
yli|paino; ylipainon ylipainoa ylipainosta ylipainoon; laihdutus, painonhallinta; olen ylipainoinen, laihduttaminen, painon pudotus
saatto|hoito; saattohoidon saattohoitoa saattohoidosta saattohoitoon; kuolema, loppuvaihe; kuoleva läheinen, hoito lopussa ja saatto, kuoleman lähellä
vesi|rokko; vesirokon vesirokkoa vesirokosta vesirokkoon; rokko, rakkulat; rokkoa vai ei, rakkuloita iholla, vesirakkulat
silmä|tulehdus; silmätulehduksen silmätulehdusta silmätulehduksesta silmätulehdukseen; rähmä, punoitus; silmä rähmii, silmän tulehdus, silmien punoitus
sydän; sydämen sydäntä sydämestä sydämeen; rytmihäiriö, infarkti; rytmihäiriöitä, sydämentykytys, infarktin jälkeen
keuhko|kuume; keuhkokuumeen keuhkokuumetta keuhkokuumeesta keuhkokuumeeseen; pneumonia; keuhkojen kuume, kuumetta keuhkoissa, keuhko kuume
jalka|hoito; jalkahoidon jalkahoitoa jalkahoidosta jalkahoitoon; jalkaterapia, kynnet; jalkojen hoito, kynsien leikkaus, jalkaterapeutti
haava; haavan haavaa haavasta haavaan; tikit, sidos; tikkien poisto, haavat, sidoksen vaihto
murtuma; murtuman murtumaa murtumasta murtumaan; kipsi, luu; luu murtui, kipsin poisto, murtunut käsi
uni|apnea; uniapnean uniapneaa uniapneasta uniapneaan; kuorsaus, hengityskatkos; kuorsaan, hengityskatkokset, apnea unessa
endometrioosi; endometrioosin endometrioosia endometrioosista endometrioosiin; kuukautiskipu; kuukautiskivut, endometrioosipotilas, kipeät kuukautiset
vaihde|vuosi; vaihdevuoden vaihdevuotta vaihdevuodesta vaihdevuoteen; kuumat aallot, hormoni; vaihdevuodet, hormonihoito, kuumia aaltoja
koulu|terveydenhuolto; kouluterveydenhuollon kouluterveydenhuoltoa kouluterveydenhuollosta kouluterveydenhuoltoon; koululainen, terveystarkastus; terveydenhuolto koulussa, terveystarkastukset, koululaisten terveys
perhe|neuvola; perheneuvolan perheneuvolaa perheneuvolasta perheneuvolaan; kasvatus, psykologi; neuvola perheelle, kasvatuksen ongelmat, perheneuvonta
vanhemmuus; vanhemmuuden vanhemmuutta vanhemmuudesta vanhemmuuteen; äitiys, isyys; vanhempana oleminen, isyydestä, äitiyden alku
päivä|hoito; päivähoidon päivähoitoa päivähoidosta päivähoitoon; varhaiskasvatus, päiväkoti; hoito päivällä, päiväkotiin, varhaiskasvatuksen paikka
työttömyys; työttömyyden työttömyyttä työttömyydestä työttömyyteen; työtön, työnhaku; olen työtön, työttömänä, työnhaussa
eläke; eläkkeen eläkettä eläkkeestä eläkkeeseen; eläkkeelle, vanhuuseläke; eläkkeelle jääminen, eläkeläinen, vanhuuseläkkeellä
edun|valvonta; edunvalvonnan edunvalvontaa edunvalvonnasta edunvalvontaan; edunvalvoja, valtuutus; edunvalvojan saaminen, etujen valvonta, edunvalvontavaltuutus
suru; surun surua surusta suruun; menetys, leski; suren läheistä, surutyö, lesken tuki
trauma; trauman traumaa traumasta traumaan; järkytys, kriisi; traumaattinen kokemus, järkyttynyt, kriisissä
syömis|häiriö; syömishäiriön syömishäiriötä syömishäiriöstä syömishäiriöön; anoreksia, bulimia; häiriö syömisessä, anoreksiaa sairastava, syömisen häiriöt
""".strip()
ASPECTS = """
ajan|varaus; ajanvarauksen ajanvarausta ajanvarauksesta ajanvaraukseen; vastaanottoaika, aika; varaan ajan, ajan varaaminen
hinta; hinnan hintaa hinnasta hintaan; maksu, kustannus; kustannukset, mitä maksut ovat
hakemus; hakemuksen hakemusta hakemuksesta hakemukseen; hakeminen, lomake; miten haen, lomakkeen täyttö
päätös; päätöksen päätöstä päätöksestä päätökseen; valitus, oikaisu; valitan päätöksistä, oikaisun pyytäminen
vertais|tuki; vertaistuen vertaistukea vertaistuesta vertaistukeen; ryhmä, kokemus; tukiryhmä, vertaisten tuki
lääkitys; lääkityksen lääkitystä lääkityksestä lääkitykseen; lääke, resepti; lääkkeet, reseptin uusiminen
tutkimus; tutkimuksen tutkimusta tutkimuksesta tutkimukseen; testi, koe; testit, tutkitaan
kuntoutus; kuntoutuksen kuntoutusta kuntoutuksesta kuntoutukseen; harjoittelu, toimintakyky; kuntoutuja, harjoitteluohjeet
puoliso; puolison puolisoa puolisosta puolisoon; vaimo, mies; vaimon asia, miehelle
opiskelija; opiskelijan opiskelijaa opiskelijasta opiskelijaan; opiskelu, oppilaitos; opiskelun ohella, oppilaitoksessa
lähete; lähetteen lähetettä lähetteestä lähetteeseen; erikoislääkäri, sairaala; lähetteellä sairaalaan, erikoislääkärille
etä|vastaanotto; etävastaanoton etävastaanottoa etävastaanotosta etävastaanottoon; video, verkossa; vastaanotto etänä, videovastaanotto
""".strip()


@dataclass(frozen=True, slots=True)
class Named:
    """A subject or an aspect, with the ways in which people name it."""

    parts: tuple[str, ...]
    forms: tuple[str, ...]
    keywords: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def name(self) -> str:
        joint = "-" if self.parts[0][-1] == self.parts[-1][0] and len(self.parts) > 1 else ""
        return joint.join(self.parts)


def named(text: str) -> list[Named]:
    """The lines of a list, read."""
    found = []
    for line in text.splitlines():
        name, forms, keywords, others = line.split(";")
        found.append(
            Named(
                tuple(name.strip().split("|")),
                tuple(forms.split()),
                tuple(word.strip() for word in keywords.split(",")),
                tuple(words.strip() for words in others.split(",")),
            )
        )
    return found
