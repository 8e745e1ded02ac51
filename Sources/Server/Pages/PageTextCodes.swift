extension PageText {
  static let codes: [Row] = [
    Row(
      .signByCode, nb: "Godkjenn med kode på SMS", sv: "Godkänn med kod via sms",
      en: "Approve with a code by SMS"),
    Row(.codeTitle, nb: "Skriv inn koden", sv: "Skriv in koden", en: "Enter the code"),
    Row(
      .codeSent, nb: "En kode er sendt på SMS til", sv: "En kod har skickats via sms till",
      en: "A code was sent by SMS to"),
    Row(
      .codeLeftOut, nb: "Ikke med, fordi de ikke kan godkjennes slik:",
      sv: "Inte med, eftersom de inte kan godkännas så:",
      en: "Left out, because they cannot be approved like this:"),
    Row(
      .codeField, nb: "Kode, seks sifre", sv: "Kod, sex siffror", en: "Code, six digits"),
    Row(
      .codeNote, nb: "Koden gjelder nøyaktig disse betalingene, én gang, i fem minutter.",
      sv: "Koden gäller exakt dessa betalningar, en gång, i fem minuter.",
      en: "The code is for exactly these payments, once, for five minutes."),
    Row(.codeApprove, nb: "Godkjenn", sv: "Godkänn", en: "Approve"),
    Row(.codeWrong, nb: "Koden er feil.", sv: "Koden är fel.", en: "The code is wrong."),
    Row(
      .codeOtherSet, nb: "Koden gjelder andre betalinger.", sv: "Koden gäller andra betalningar.",
      en: "The code is for other payments."),
    Row(.codeTriesLeft, nb: "Forsøk igjen:", sv: "Försök kvar:", en: "Tries left:"),
    Row(
      .codeOverText,
      nb: "Koden gjelder ikke lenger, og ingenting ble godkjent. Be om en ny.",
      sv: "Koden gäller inte längre, och inget godkändes. Begär en ny.",
      en: "The code is no longer good, and nothing was approved. Ask for a new one."),
    Row(
      .codeWaitText,
      nb: "Det er nettopp sendt en kode, eller for mange den siste timen. Vent litt.",
      sv: "En kod har just skickats, eller för många den senaste timmen. Vänta lite.",
      en: "A code was sent just now, or too many within an hour. Wait a little."),
    Row(
      .smsCompanyText,
      nb: "Nummeret ditt står ikke i firmaets innstillinger for banksignering. Spør administrator.",
      sv:
        "Ditt nummer står inte i företagets inställningar för banksignering. Fråga administratören.",
      en: "Your number is not in the company's settings for bank signing. Ask its administrator."),
    Row(
      .smsProfileText,
      nb: "Nummeret i profilen din mangler eller er ikke bekreftet.",
      sv: "Numret i din profil saknas eller är inte bekräftat.",
      en: "The number in your profile is missing or not confirmed."),
    Row(
      .smsDifferText,
      nb: "Nummeret i profilen din er et annet enn i firmaets innstillinger for banksignering.",
      sv: "Numret i din profil är ett annat än i företagets inställningar för banksignering.",
      en: "The number in your profile is not the one in the company's settings for bank signing."),
    Row(
      .smsPolicyText, nb: "Firmaet vil at betalinger signeres med BankID.",
      sv: "Företaget vill att betalningar signeras med BankID.",
      en: "The company wants payments signed with BankID."),
  ]
}
