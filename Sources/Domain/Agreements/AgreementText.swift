import Primitives

extension Agreement {
  /// What the signer reads and signs.
  package func text(company: Company, bureau: Bureau) -> String {
    let profile = BankProfile.named(bank)
    let title = kind == .remittance ? "outgoing payments" : "incoming payments"
    let office = "\(bureau.displayName) (\(bureau.organisationNumber.digits))"
    let grant =
      kind == .remittance
      ? "I allow \(office) to send payments from this account to the bank, once they are signed by "
        + "an approver of the company."
      : "I allow \(office) to receive from the bank what is paid to this account with a payment "
        + "reference (KID, OCR)."
    // The bank's register may not tell: the signer answers for it.
    let owned = "The account is owned by the company and is a business account."
    let last =
      kind == .remittance && profile?.finalSignatureInBank == true
      ? [
        "",
        "The bank executes payments only after a final signature in its own online bank; the "
          + "company sees to it that the right persons have the powers there.",
      ] : []
    return
      ([
        "Bank agreement for \(title)", "",
        "Company: \(company.displayName) (\(company.organisationNumber.digits))",
        "Bank: \(profile?.displayName ?? bank)",
        "Account: \(account.display) \(currency.code)", "", "\(grant) \(owned)",
      ] + last + ["", "The company declares:"] + declarations.lines.map { "  \($0)" } + [
        "", "Signer: \(signer.displayName)",
      ]).joined(separator: "\n")
  }
}
