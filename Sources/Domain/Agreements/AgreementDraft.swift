package import Primitives

/// An agreement as somebody asks for it, unchecked.
package struct AgreementDraft: Sendable {
  package var kind: Agreement.Kind?
  package var bank: String
  package var accountForm: AccountForm?
  package var accountText: String
  package var currency: String
  package var signerName, signerMobile, signerEmail: String
  package var signerDigest: NationalIDDigest?
  package var declarations = Declarations()
  /// The number under which an old solution uses it; empty: it is new.
  package var legacyNumber = ""

  package init(
    kind: Agreement.Kind?, bank: String, accountForm: AccountForm?, accountText: String,
    currency: String, signerName: String, signerMobile: String, signerEmail: String,
    signerDigest: NationalIDDigest?
  ) {
    self.kind = kind
    self.bank = bank
    self.accountForm = accountForm
    self.accountText = accountText
    self.currency = currency
    self.signerName = signerName
    self.signerMobile = signerMobile
    self.signerEmail = signerEmail
    self.signerDigest = signerDigest
  }

  /// The account and bank that are asked for, where they can be read at all: whose owner is asked
  /// about before the agreement is registered.
  package var place: (bank: BankProfile, account: AccountNumber)? {
    guard let profile = BankProfile.named(bank), let account = try? account() else { return nil }
    return (profile, account)
  }

  /// Registers the agreement as a draft.
  /// `taken`: whether the company has a living agreement of that kind for the account.
  package func drafting(
    as id: ID<Agreement>, of company: Company, owner: AccountOwner = .untold,
    taken: (AccountNumber, Agreement.Kind) throws -> Bool, at time: Instant
  ) throws -> [Fact] {
    guard let profile = BankProfile.named(bank) else {
      throw AgreementError.bankNotSupported(String(bank.prefix(40)))
    }
    guard let kind else { throw AgreementError.kindInvalid }
    let account = try self.account()
    guard profile.holds(account) else {
      throw AgreementError.accountNotAtBank(profile.displayName)
    }
    guard let currency = try? Currency(currency) else {
      throw AgreementError.currencyUnknown(String(currency.prefix(10)))
    }
    try owner.check(owns: company)
    if try taken(account, kind) { throw AgreementError.exists }
    var agreement = Agreement(
      id: id, kind: kind, state: .draft, bank: profile.id, account: account, currency: currency,
      signer: try signer(), createTime: time, signTime: nil, linkHash: nil)
    agreement.declarations = try declarations.checked()
    if let number = try Agreement.number(legacyNumber) {
      agreement.number = number
      agreement.state = .legacyActive
    }
    return [.agreementDrafted(AgreementDrafted(agreement: agreement))]
  }

  private func account() throws(AgreementError) -> AccountNumber {
    guard let accountForm else { throw .accountInvalid("its form is missing.") }
    do {
      return AccountNumber.normalised(try AccountNumber(form: accountForm, text: accountText))
    } catch { throw .accountInvalid(error.message) }
  }

  /// - Parameter known: Whose national id stays where none is given anew.
  func signer(keeping known: Signer? = nil) throws(AgreementError) -> Signer {
    let name = signerName.trimmed
    guard !name.isEmpty else { throw .signerIncomplete("signer.display_name") }
    guard name.fits(scalars: 140), name.isPlainLine else {
      throw .signerInvalid(
        field: "signer.display_name", "it has at most 140 characters, all of them visible")
    }
    guard !signerMobile.isEmpty else { throw .signerIncomplete("signer.mobile") }
    guard !signerEmail.isEmpty else { throw .signerIncomplete("signer.email") }
    guard let signerDigest = signerDigest ?? known?.nationalIDDigest else {
      throw .signerIncomplete("signer.national_id")
    }
    do { _ = try PhoneNumber(signerMobile) } catch {
      throw .signerInvalid(field: "signer.mobile", error.message)
    }
    do { _ = try EmailAddress(signerEmail) } catch {
      throw .signerInvalid(field: "signer.email", error.message)
    }
    return Signer(
      displayName: name, mobile: signerMobile, email: signerEmail, nationalIDDigest: signerDigest)
  }
}
