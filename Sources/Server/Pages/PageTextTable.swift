extension PageText {
  package static let table: [Row] =
    general + signing + consent + declining + own + queue + codes + waiting + coming + hints
    + troubles

  private static let general: [Row] = [
    Row(.skip, nb: "Gå til innholdet", sv: "Gå till innehållet", en: "Skip to content"),
    Row(.language, nb: "Språk", sv: "Språk", en: "Language"),
    Row(
      .footer,
      nb: "Er du usikker på om dette er ekte? Ring regnskapsføreren på et nummer du kjenner.",
      sv:
        "Är du osäker på om detta är äkta? Ring din redovisningsbyrå på ett nummer du känner till.",
      en: "Not sure that this is genuine? Call your accountant on a number that you know."),
    Row(.reference, nb: "Referanse", sv: "Referens", en: "Reference"),
    Row(.startOver, nb: "Tilbake", sv: "Tillbaka", en: "Back"),
    Row(.homeTitle, nb: "Signering", sv: "Signering", en: "Signing"),
    Row(
      .homeText,
      nb: "Her signerer du avtaler og samtykker. Bruk lenken som du har fått på SMS eller e-post.",
      sv:
        "Här signerar du avtal och samtycken. Använd länken som du har fått via sms eller e-post.",
      en: "Agreements and consents are signed here. Use the link that was sent to you by text"
        + " message or e-mail."),
    Row(.openingTitle, nb: "Et øyeblikk", sv: "Ett ögonblick", en: "One moment"),
    Row(
      .openingText, nb: "Siden åpnes.", sv: "Sidan öppnas.", en: "The page is being opened."),
    Row(.openingButton, nb: "Fortsett", sv: "Fortsätt", en: "Continue"),
  ]

  private static let signing: [Row] = [
    Row(
      .agreementTitle, nb: "Bankavtale til signering", sv: "Bankavtal att signera",
      en: "Bank agreement to sign"),
    Row(
      .agreementLead, nb: "Les avtalen. Signer med BankID hvis du er enig.",
      sv: "Läs avtalet. Signera med BankID om du är överens.",
      en: "Read the agreement. Sign it with BankID if you agree."),
    Row(.bureauLabel, nb: "Fra", sv: "Från", en: "From"),
    Row(.companyLabel, nb: "Bedrift", sv: "Företag", en: "Company"),
    Row(.bankLabel, nb: "Bank", sv: "Bank", en: "Bank"),
    Row(.signerLabel, nb: "Skal signeres av", sv: "Ska signeras av", en: "To be signed by"),
    Row(
      .textTitle, nb: "Teksten du signerer", sv: "Texten du signerar", en: "The text that you sign"),
    Row(
      .textNote, nb: "Ord for ord som den vises i BankID.",
      sv: "Ord för ord som den visas i BankID.", en: "Word for word as BankID will show it."),
    Row(.signTitle, nb: "Signer", sv: "Signera", en: "Sign"),
    Row(
      .signNote, nb: "Bare personen som er nevnt over, kan signere.",
      sv: "Bara personen som nämns ovan kan signera.",
      en: "Only the person named above can sign."),
    Row(
      .signHere, nb: "BankID på denne enheten", sv: "BankID på den här enheten",
      en: "BankID on this device"),
    Row(
      .signOther, nb: "BankID på en annen enhet", sv: "BankID på en annan enhet",
      en: "BankID on another device"),
    Row(
      .signNorwegian, nb: "Norsk BankID", sv: "Norskt BankID", en: "Norwegian BankID"),
    Row(.agreementDoneTitle, nb: "Avtalen er signert", sv: "Avtalet är signerat", en: "Signed"),
    Row(
      .agreementDoneText,
      nb: "Takk. Regnskapsføreren ser at avtalen er signert. Du trenger ikke gjøre mer.",
      sv: "Tack. Din redovisningsbyrå ser att avtalet är signerat. Du behöver inte göra något mer.",
      en: "Thank you. Your accountant can see that the agreement is signed. There is nothing more"
        + " for you to do."),
    Row(
      .closePage, nb: "Du kan lukke siden.", sv: "Du kan stänga sidan.",
      en: "You can close this page."),
  ]

  private static let consent: [Row] = [
    Row(
      .consentTitle, nb: "Personlig samtykke", sv: "Personligt samtycke", en: "Personal consent"),
    Row(
      .consentLead,
      nb: "Les hva du samtykker til. Signer med BankID hvis du er enig. Du kan trekke det tilbake.",
      sv: "Läs vad du samtycker till. Signera med BankID om du är överens. Du kan återkalla det.",
      en: "Read what you consent to. Sign it with BankID if you agree. You can revoke it."),
    Row(.accountsLabel, nb: "Kontoer", sv: "Konton", en: "Accounts"),
    Row(.rightsLabel, nb: "Gir rett til", sv: "Ger rätt till", en: "Allows"),
    Row(.rightBalances, nb: "å hente saldo", sv: "att hämta saldo", en: "fetching balances"),
    Row(
      .rightEntries, nb: "å hente bevegelser", sv: "att hämta kontohändelser",
      en: "fetching entries"),
    Row(
      .rightPayments, nb: "å sende betalinger som du signerer",
      sv: "att skicka betalningar som du signerar", en: "sending payments that you sign"),
    Row(.personLabel, nb: "Gis av", sv: "Lämnas av", en: "To be given by"),
    Row(.consentSignTitle, nb: "Gi samtykke", sv: "Lämna samtycke", en: "Give consent"),
    Row(
      .consentDoneTitle, nb: "Samtykket er gitt", sv: "Samtycket är lämnat",
      en: "Consent given"),
    Row(
      .consentDoneText,
      nb: "Takk. Du kan når som helst se samtykkene dine og trekke dem tilbake.",
      sv: "Tack. Du kan när som helst se dina samtycken och återkalla dem.",
      en: "Thank you. You can see and revoke your consents at any time."),
  ]

  private static let declining: [Row] = [
    Row(.declineButton, nb: "Jeg vil ikke", sv: "Jag vill inte", en: "I do not want this"),
    Row(.declineTitle, nb: "Si nei?", sv: "Säga nej?", en: "Say no?"),
    Row(
      .declineLead,
      nb: "Regnskapsføreren får vite at du sa nei. Lenken virker ikke lenger etterpå.",
      sv: "Din redovisningsbyrå får veta att du sade nej. Länken fungerar inte längre efteråt.",
      en: "Your accountant is told that you said no. The link stops working afterwards."),
    Row(.reasonLabel, nb: "Hvorfor?", sv: "Varför?", en: "Why?"),
    Row(
      .reasonNote, nb: "Kan stå tom. Regnskapsføreren leser det.",
      sv: "Kan lämnas tomt. Din redovisningsbyrå läser det.",
      en: "May be left empty. Your accountant will read it."),
    Row(.declineConfirm, nb: "Si nei", sv: "Säg nej", en: "Say no"),
    Row(
      .noReason, nb: "Ingen grunn oppgitt", sv: "Inget skäl angivet", en: "No reason given"),
    Row(.declinedTitle, nb: "Du har sagt nei", sv: "Du har sagt nej", en: "You have said no"),
    Row(
      .declinedText, nb: "Ingenting er signert. Regnskapsføreren har fått beskjed.",
      sv: "Ingenting är signerat. Din redovisningsbyrå har fått veta det.",
      en: "Nothing has been signed. Your accountant has been told."),
  ]

  private static let own: [Row] = [
    Row(.ownTitle, nb: "Dine samtykker", sv: "Dina samtycken", en: "Your consents"),
    Row(
      .ownLead, nb: "Logg inn med BankID for å se hva du har samtykket til, og trekke det tilbake.",
      sv: "Logga in med BankID för att se vad du har samtyckt till, och återkalla det.",
      en: "Log in with BankID to see what you have consented to, and to revoke it."),
    Row(
      .ownNone, nb: "Du har ingen samtykker som gjelder nå.",
      sv: "Du har inga samtycken som gäller nu.", en: "You have no consents in force."),
    Row(.overHeading, nb: "Tidligere", sv: "Tidigare", en: "Earlier"),
    Row(.givenLabel, nb: "Gitt", sv: "Lämnat", en: "Given"),
    Row(.untilLabel, nb: "Gjelder til", sv: "Gäller till", en: "In force until"),
    Row(.leaveButton, nb: "Logg ut", sv: "Logga ut", en: "Log out"),
    Row(.revokeButton, nb: "Trekk tilbake", sv: "Återkalla", en: "Revoke"),
    Row(
      .revokeTitle, nb: "Trekke samtykket tilbake?", sv: "Återkalla samtycket?",
      en: "Revoke this consent?"),
    Row(
      .revokeLead,
      nb: "Du kan ikke signere betalinger for bedriften etterpå. Er det det siste samtykket, hentes"
        + " heller ikke saldo og bevegelser.",
      sv: "Du kan inte signera företagets betalningar efteråt. Är det det sista samtycket hämtas"
        + " inte heller saldo och kontohändelser.",
      en:
        "You cannot sign the company's payments afterwards. If it is the last consent, balances and"
        + " entries are no longer fetched either."),
    Row(
      .revokeConfirm, nb: "Ja, trekk tilbake", sv: "Ja, återkalla", en: "Yes, revoke it"),
    Row(.stateActive, nb: "Gjelder", sv: "Gäller", en: "In force"),
    Row(
      .stateExpiring, nb: "Gjelder, utløper snart", sv: "Gäller, går snart ut",
      en: "In force, ends soon"),
    Row(
      .stateSuperseded, nb: "Erstattet av et nyere", sv: "Ersatt av ett nyare",
      en: "Replaced by a newer one"),
    Row(.stateExpired, nb: "Utløpt", sv: "Har gått ut", en: "Expired"),
    Row(.stateRevoked, nb: "Trukket tilbake", sv: "Återkallat", en: "Revoked"),
  ]

  private static let waiting: [Row] = [
    Row(.orderTitle, nb: "Signer med BankID", sv: "Signera med BankID", en: "Sign with BankID"),
    Row(
      .loginTitle, nb: "Logg inn med BankID", sv: "Logga in med BankID", en: "Log in with BankID"),
    Row(
      .scanOne, nb: "Åpne BankID på telefonen din.", sv: "Öppna BankID på din telefon.",
      en: "Open BankID on your phone."),
    Row(
      .scanTwo, nb: "Velg å skanne QR-kode.", sv: "Välj att skanna QR-kod.",
      en: "Choose to scan a QR code."),
    Row(
      .scanThree, nb: "Rett kameraet mot koden.", sv: "Rikta kameran mot koden.",
      en: "Point the camera at the code."),
    Row(
      .codeLabel, nb: "QR-kode for BankID; den skifter hvert sekund",
      sv: "QR-kod för BankID; den byts varje sekund",
      en: "QR code for BankID; it changes every second"),
    Row(
      .openNote, nb: "Trykk på knappen, signer i BankID, og kom tilbake hit.",
      sv: "Tryck på knappen, signera i BankID och kom tillbaka hit.",
      en: "Press the button, sign in BankID, and come back here."),
    Row(
      .openNorwegianNote,
      nb:
        "Trykk på knappen og bekreft med BankID hos banken din. Du kommer tilbake hit av deg selv.",
      sv:
        "Tryck på knappen och bekräfta med BankID hos din bank. Du kommer tillbaka hit av dig själv.",
      en: "Press the button and confirm with BankID at your bank. You come back here by yourself."),
    Row(.openButton, nb: "Åpne BankID", sv: "Öppna BankID", en: "Open BankID"),
    Row(
      .otherDevice, nb: "Bruk en annen enhet", sv: "Använd en annan enhet",
      en: "Use another device"),
    Row(
      .thisDevice, nb: "Bruk denne enheten", sv: "Använd den här enheten", en: "Use this device"),
    Row(.cancelButton, nb: "Avbryt", sv: "Avbryt", en: "Cancel"),
    Row(.statusLabel, nb: "Status", sv: "Status", en: "Status"),
    Row(
      .noScript, nb: "Siden oppdateres av seg selv.", sv: "Sidan uppdateras av sig själv.",
      en: "The page renews itself."),
    Row(.overTitle, nb: "Ikke signert", sv: "Inte signerat", en: "Not signed"),
    Row(.notLoggedIn, nb: "Ikke logget inn", sv: "Inte inloggad", en: "Not logged in"),
    Row(.tryAgain, nb: "Prøv igjen", sv: "Försök igen", en: "Try again"),
  ]

  private static let coming: [Row] = [
    Row(.returnTitle, nb: "Takk", sv: "Tack", en: "Thank you"),
    Row(
      .returnText, nb: "Gå tilbake dit du begynte. Det fortsetter der.",
      sv: "Gå tillbaka dit du började. Det fortsätter där.",
      en: "Go back to where you began. It goes on there."),
    Row(.returnNotTitle, nb: "Ikke fullført", sv: "Inte slutfört", en: "Not completed"),
    Row(
      .returnOverText, nb: "Lenken er brukt eller for gammel. Begynn på nytt der du startet.",
      sv: "Länken är använd eller för gammal. Börja om där du startade.",
      en: "This link has been used or is too old. Start again where you began."),
    Row(
      .returnTurnedBackText, nb: "Du avbrøt. Ingenting er gjort.",
      sv: "Du avbröt. Ingenting har gjorts.", en: "You turned back. Nothing was done."),
    Row(
      .returnRefusedText,
      nb: "Svaret fra BankID kunne ikke bekreftes. Ingenting er gjort. Begynn på nytt.",
      sv: "Svaret från BankID kunde inte bekräftas. Ingenting har gjorts. Börja om.",
      en: "BankID's answer could not be verified. Nothing was done. Start again."),
    Row(
      .returnCodeText,
      nb:
        "BankID godtok ikke svaret: det er brukt, for gammelt eller en annens. Gå tilbake og åpne BankID igjen.",
      sv:
        "BankID godtog inte svaret: det är använt, för gammalt eller någon annans. Gå tillbaka och öppna BankID igen.",
      en:
        "BankID did not accept the answer: it is used, too old or somebody else's. Go back and open BankID again."
    ),
  ]

  private static let hints: [Row] = [
    Row(
      .hintOutstandingTransaction, nb: "Venter på at du åpner BankID.",
      sv: "Väntar på att du öppnar BankID.", en: "Waiting for you to open BankID."),
    Row(
      .hintNoClient, nb: "Start BankID-appen.", sv: "Starta BankID-appen.",
      en: "Start your BankID app."),
    Row(
      .hintStarted,
      nb: "Leter etter BankID-en din. Blir den ikke funnet, har enheten ingen gyldig.",
      sv: "Söker efter ditt BankID. Hittas det inte saknar enheten ett giltigt.",
      en: "Looking for your BankID. If it is not found, this device has no valid one."),
    Row(
      .hintUserMrtd, nb: "BankID ber om pass eller nasjonalt ID-kort. Følg appen.",
      sv: "BankID ber om pass eller nationellt id-kort. Följ appen.",
      en: "BankID asks for your passport or national ID card. Follow the app."),
    Row(
      .hintUserCallConfirm, nb: "Bekreft i BankID at du snakker med oss i telefonen.",
      sv: "Bekräfta i BankID att du talar med oss i telefon.",
      en: "Confirm in BankID that you are in a call with us."),
    Row(
      .hintUserSign, nb: "Les teksten i BankID og skriv inn koden din.",
      sv: "Läs texten i BankID och skriv in din kod.",
      en: "Read the text in BankID and enter your code."),
    Row(.hintPending, nb: "BankID er i gang.", sv: "BankID pågår.", en: "BankID is at work."),
    Row(
      .hintExpiredTransaction, nb: "BankID fikk ikke svar i tide.",
      sv: "BankID fick inget svar i tid.", en: "BankID got no answer in time."),
    Row(
      .hintCertificateErr,
      nb: "BankID-en er sperret eller for gammel. Bruk en annen, eller bestill en ny i banken.",
      sv: "Ditt BankID är spärrat eller för gammalt. Använd ett annat, eller beställ ett nytt hos"
        + " din bank.",
      en: "The BankID is blocked or too old. Use another, or order a new one from your bank."),
    Row(
      .hintUserCancel, nb: "Du avbrøt i BankID.", sv: "Du avbröt i BankID.",
      en: "You cancelled in BankID."),
    Row(
      .hintCancelled, nb: "En nyere forespørsel tok over for denne.",
      sv: "En nyare begäran tog över efter denna.", en: "A newer request has replaced this one."),
    Row(
      .hintStartFailed, nb: "BankID ble ikke åpnet i tide.", sv: "BankID öppnades inte i tid.",
      en: "BankID was not opened in time."),
    Row(
      .hintUserDeclinedCall, nb: "Du svarte at du ikke snakker med oss i telefonen.",
      sv: "Du svarade att du inte talar med oss i telefon.",
      en: "You answered that you are not in a call with us."),
    Row(
      .hintNotSupportedByUserApp, nb: "BankID-appen er for gammel. Oppdater den.",
      sv: "BankID-appen är för gammal. Uppdatera den.",
      en: "Your BankID app is too old. Update it."),
    Row(
      .hintTransactionRiskBlocked, nb: "BankID stoppet dette på grunn av høy risiko.",
      sv: "BankID stoppade detta på grund av hög risk.",
      en: "BankID stopped this because of a high risk."),
    Row(
      .hintFailed, nb: "BankID kunne ikke fullføre.", sv: "BankID kunde inte slutföra.",
      en: "BankID could not complete this."),
    Row(
      .hintUnavailable, nb: "BankID svarer ikke akkurat nå. Vi prøver igjen.",
      sv: "BankID svarar inte just nu. Vi försöker igen.",
      en: "BankID does not answer just now. We keep trying."),
  ]

  private static let troubles: [Row] = [
    Row(
      .linkTitle, nb: "Lenken kan ikke brukes", sv: "Länken kan inte användas",
      en: "This link cannot be used"),
    Row(
      .linkText,
      nb: "Den er brukt, utløpt eller erstattet av en nyere. Be regnskapsføreren sende en ny.",
      sv: "Den är använd, har gått ut eller har ersatts av en nyare. Be din redovisningsbyrå att"
        + " skicka en ny.",
      en: "It has been used, has expired, or was replaced by a newer one. Ask your accountant to"
        + " send a new one."),
    Row(
      .otherPersonTitle, nb: "Feil person", sv: "Fel person", en: "Not the person asked for"),
    Row(
      .otherPersonText,
      nb: "Bare den som lenken er sendt til, kan signere. Ingenting er signert.",
      sv: "Bara den som länken är skickad till kan signera. Ingenting är signerat.",
      en: "Only the person to whom the link was sent can sign. Nothing has been signed."),
    Row(.loginRefusedTitle, nb: "Ingen tilgang", sv: "Ingen åtkomst", en: "No access"),
    Row(
      .loginRefusedText,
      nb: "Denne BankID-en har ingen tilgang her. Spør regnskapsføreren.",
      sv: "Detta BankID har ingen åtkomst här. Fråga din redovisningsbyrå.",
      en: "This BankID has no access here. Ask your accountant."),
    Row(
      .orderGoneText, nb: "Det tok for lang tid.", sv: "Det tog för lång tid.",
      en: "It took too long."),
    Row(
      .evidenceText,
      nb: "Svaret fra BankID kunne ikke bekreftes. Ingenting er signert.",
      sv: "Svaret från BankID kunde inte bekräftas. Ingenting är signerat.",
      en: "BankID's answer could not be verified. Nothing has been signed."),
    Row(
      .changedText, nb: "Teksten er endret etter at du åpnet den. Åpne lenken på nytt.",
      sv: "Texten har ändrats sedan du öppnade den. Öppna länken igen.",
      en: "The text was changed after you opened it. Open the link again."),
    Row(
      .endedTitle, nb: "Besøket er over", sv: "Besöket är över", en: "This visit has ended"),
    Row(
      .endedText, nb: "Siden har stått for lenge. Åpne lenken din på nytt.",
      sv: "Sidan har stått för länge. Öppna din länk igen.",
      en: "The page was open for too long. Open your link again."),
    Row(
      .unavailableTitle, nb: "BankID svarer ikke", sv: "BankID svarar inte",
      en: "BankID does not answer"),
    Row(
      .unavailableText, nb: "Prøv igjen om en liten stund. Ingenting er signert.",
      sv: "Försök igen om en liten stund. Ingenting är signerat.",
      en: "Try again in a little while. Nothing has been signed."),
    Row(
      .overloadTitle, nb: "Mange er her nå", sv: "Många är här nu", en: "Very busy just now"),
    Row(
      .overloadText, nb: "Vent et øyeblikk, og last siden på nytt. Ingenting er gått tapt.",
      sv: "Vänta ett ögonblick och ladda om sidan. Inget har gått förlorat.",
      en: "Wait a moment and load the page again. Nothing has been lost."),
    Row(
      .refusedTitle, nb: "Det går ikke nå", sv: "Det går inte nu", en: "Not possible now"),
    Row(
      .refusedText,
      nb: "Dette kan ikke gjøres slik det står nå. Spør regnskapsføreren.",
      sv: "Detta kan inte göras som det står nu. Fråga din redovisningsbyrå.",
      en: "This cannot be done as things stand. Ask your accountant."),
    Row(
      .notFoundTitle, nb: "Siden finnes ikke", sv: "Sidan finns inte", en: "There is no such page"),
    Row(
      .notFoundText, nb: "Åpne lenken du har fått, en gang til.",
      sv: "Öppna länken du har fått en gång till.", en: "Open the link that was sent to you again."),
    Row(
      .failureTitle, nb: "Noe gikk galt hos oss", sv: "Något gick fel hos oss",
      en: "Something went wrong here"),
    Row(
      .failureText, nb: "Prøv igjen om en stund. Si fra med referansen hvis det fortsetter.",
      sv: "Försök igen om en stund. Ange referensen om det fortsätter.",
      en: "Try again later. If it goes on, tell us the reference."),
  ]
}
