extension PageText {
  static let queue: [Row] = [
    Row(
      .queueTitle, nb: "Betalinger til godkjenning", sv: "Betalningar att godkänna",
      en: "Payments to approve"),
    Row(
      .queueLogin, nb: "Logg inn med BankID for å se det som venter på deg.",
      sv: "Logga in med BankID för att se det som väntar på dig.",
      en: "Log in with BankID to see what waits for you."),
    Row(
      .queueNone, nb: "Ingenting venter på deg.", sv: "Ingenting väntar på dig.",
      en: "Nothing waits for you."),
    Row(.queueTotal, nb: "Sum", sv: "Summa", en: "Total"),
    Row(.queueCount, nb: "Antall", sv: "Antal", en: "Payments"),
    Row(.queueDetails, nb: "Detaljer", sv: "Detaljer", en: "Details"),
    Row(.queueAccount, nb: "Til konto", sv: "Till konto", en: "To account"),
    Row(.queueReference, nb: "Referanse", sv: "Referens", en: "Reference"),
    Row(.queueInvoice, nb: "Faktura", sv: "Faktura", en: "Invoice"),
    Row(.queueDue, nb: "Forfall", sv: "Förfaller", en: "Due"),
    Row(.queueOverdue, nb: "Forfalt", sv: "Förfallen", en: "Overdue"),
    Row(.queueExecution, nb: "Betales", sv: "Betalas", en: "Paid on"),
    Row(.queueFrom, nb: "Fra konto", sv: "Från konto", en: "From account"),
    Row(.queueReturned, nb: "Sendt tilbake", sv: "Tillbakaskickad", en: "Sent back"),
    Row(.queueReject, nb: "Avvis", sv: "Avvisa", en: "Reject"),
    Row(
      .queueMore, nb: "Flere venter. De vises når du er ferdig med disse.",
      sv: "Fler väntar. De visas när du är klar med dessa.",
      en: "More are waiting. They are shown when you are done with these."),
    Row(
      .queueNote, nb: "Du signerer alle som er krysset av, på én gang.",
      sv: "Du signerar alla som är ikryssade, på en gång.",
      en: "You sign all that are ticked, at once."),
    Row(
      .queueOthers, nb: "Venter på andre enn deg:", sv: "Väntar på andra än dig:",
      en: "Waiting for others than you:"),
    Row(.markNew, nb: "Ny mottaker", sv: "Ny mottagare", en: "New payee"),
    Row(.markChanged, nb: "Ny konto", sv: "Nytt konto", en: "New account"),
    Row(
      .queueNothingSigned, nb: "Ingenting ble signert", sv: "Inget signerades",
      en: "Nothing was signed"),
    Row(
      .queueLast, nb: "Sist betalt til konto", sv: "Senast betalt till konto",
      en: "Last paid to account"),
    Row(.queueSignatures, nb: "Signaturer", sv: "Signaturer", en: "Signatures"),
    Row(.queueSignedTitle, nb: "Signert", sv: "Signerat", en: "Signed"),
    Row(
      .queueSignedCount, nb: "Signerte betalinger:", sv: "Signerade betalningar:",
      en: "Payments signed:"),
    Row(
      .queueRefused, nb: "Ikke signert, fordi noe ble endret i mellomtiden:",
      sv: "Inte signerade, eftersom något ändrades under tiden:",
      en: "Not signed, because something changed meanwhile:"),
    Row(.queueContinue, nb: "Til listen", sv: "Till listan", en: "To the list"),
    Row(
      .returnPaymentTitle, nb: "Avvis betalingen", sv: "Avvisa betalningen",
      en: "Reject the payment"),
    Row(
      .returnPaymentLead, nb: "Den går tilbake til regnskapsføreren med begrunnelsen din.",
      sv: "Den går tillbaka till redovisningsbyrån med din motivering.",
      en: "It goes back to the accountant with your reason."),
  ]
}
