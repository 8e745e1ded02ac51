import Domain
package import Primitives

extension BureauFileReader {
  mutating func readAgreement(_ tree: Tree, _ path: String) -> DesiredAgreement? {
    guard let table = TableReader<AgreementKey>(tree, at: path, &log) else { return nil }
    var kind: Agreement.Kind? = .remittance
    if let text = table.text(.kind, limit: 40, &log) {
      kind = Agreement.Kind(rawValue: text)
      if kind == nil {
        let kinds = Agreement.Kind.allCases.map(\.rawValue).listed
        log.add(.kindUnknown, at: table.located(.kind), "The kinds of agreements are \(kinds).")
      }
    }
    let profile = bank(table, .bank)
    let account = account(table)
    if let profile, let account, !profile.holds(account) {
      log.add(
        .accountNotAtBank, at: table.located(.account),
        "\(account.display) is not of a form that \(profile.displayName) has.")
    }
    var currency: Currency?
    if let text = table.text(.currency, limit: 10, &log) {
      currency = try? Currency(text)
      if currency == nil {
        log.add(
          .currencyUnknown, at: table.located(.currency), "\(text) is no currency of ISO 4217.")
      }
    }
    let signer = table.text(.signer, limit: 60, &log)
    if let signer, !personKeys.contains(signer) {
      log.add(
        .personUnknown, at: table.located(.signer), "Nobody in people has the key \(signer).")
    }
    guard let kind, let profile, let account, let currency, let signer else { return nil }
    return DesiredAgreement(
      kind: kind, bank: profile.id, account: account, currency: currency, signer: signer)
  }

  mutating func bank<Keys: FileKeys>(_ table: TableReader<Keys>, _ key: Keys) -> BankProfile? {
    guard let text = table.text(key, limit: 40, &log) else { return nil }
    let profile = BankProfile.named(text)
    if profile == nil {
      log.add(
        .bankUnknown, at: table.located(key),
        "There is no bank \(text); there are \(BankProfile.all.map(\.id).listed).")
    }
    return profile
  }

  private mutating func account(_ table: TableReader<AgreementKey>) -> AccountNumber? {
    guard let text = table.text(.account, limit: 60, &log) else { return nil }
    do throws(IdentifierError) { return try AccountNumber(typed: text) } catch {
      log.add(.accountInvalid, at: table.located(.account), "It is not valid: \(error.message)")
      return nil
    }
  }

}

extension AccountNumber {
  /// As people write it: `NO_BBAN:86011117947`, or without its form where the check digits tell it.
  package init(typed text: String) throws(IdentifierError) {
    if let colon = text.firstIndex(of: ":") {
      let name = text[..<colon].uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
      guard let form = AccountForm(rawValue: name) else {
        throw .characters(
          "the form of an account is one of \(AccountForm.allCases.map(\.rawValue).listed)")
      }
      let number = String(text[text.index(after: colon)...])
      self = .normalised(try AccountNumber(form: form, text: number))
    } else if let account = try? AccountNumber(form: .iban, text: text) {
      self = .normalised(account)
    } else {
      self = .normalised(try AccountNumber(form: .norwegian, text: text))
    }
  }

  /// What `init(typed:)` reads: `SE_BANKGIRO:9912346`.
  package var typed: String { "\(form.rawValue):\(text)" }
}
