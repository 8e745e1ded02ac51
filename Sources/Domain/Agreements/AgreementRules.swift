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

  /// Registers the agreement as a draft.
  /// `taken`: whether the company has a living agreement for the account.
  package func drafting(
    as id: ID<Agreement>, taken: (AccountNumber) throws -> Bool, at time: Instant
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
    if try taken(account) { throw AgreementError.exists }
    let agreement = Agreement(
      id: id, kind: kind, state: .draft, bank: profile.id, account: account, currency: currency,
      signer: try signer(), createTime: time, signTime: nil, linkHash: nil)
    return [.agreementDrafted(AgreementDrafted(agreement: agreement))]
  }

  private func account() throws(AgreementError) -> AccountNumber {
    guard let accountForm else { throw .accountInvalid("its form is missing.") }
    do {
      return AccountNumber.normalised(try AccountNumber(form: accountForm, text: accountText))
    } catch { throw .accountInvalid(error.message) }
  }

  private func signer() throws(AgreementError) -> Signer {
    let name = signerName.trimmed
    guard !name.isEmpty else { throw .signerIncomplete("signer.display_name") }
    guard name.fits(scalars: 140), name.isPlainLine else {
      throw .signerInvalid(
        field: "signer.display_name", "it has at most 140 characters, all of them visible")
    }
    guard !signerMobile.isEmpty else { throw .signerIncomplete("signer.mobile") }
    guard !signerEmail.isEmpty else { throw .signerIncomplete("signer.email") }
    guard let signerDigest else { throw .signerIncomplete("signer.national_id") }
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

extension Agreement {
  /// Sends, or sends anew: an earlier link stops working.
  package func sending(linkHash: [UInt8]) throws(AgreementError) -> [Fact] {
    _ = try state.after(.send)
    return [.agreementSent(AgreementSent(agreement: id, linkHash: linkHash))]
  }

  /// Whether the holder of a link may be shown and asked to sign this agreement.
  package func opening(linkHash: [UInt8]) throws(AgreementError) {
    guard let current = self.linkHash, current == linkHash else { throw .linkRefused }
    _ = try state.after(.sign)
  }

  /// The named signer has signed: active.
  package func signing(with evidence: Evidence) throws(AgreementError) -> [Fact] {
    _ = try state.after(.sign)
    guard evidence.signer == signer.nationalIDDigest else { throw .otherSigner }
    return [
      .agreementSigned(
        AgreementSigned(
          agreement: id, signTime: evidence.time, evidenceDigest: evidence.digest))
    ]
  }

  /// What the signer reads and signs.
  package func text(company: Company, bureau: Bureau) -> String {
    let bankName = BankProfile.named(bank)?.displayName ?? bank
    return """
      Bank agreement for outgoing payments

      Company: \(company.displayName) (\(company.organisationNumber.digits))
      Bank: \(bankName)
      Account: \(account.display) \(currency.code)

      I allow \(bureau.displayName) (\(bureau.organisationNumber.digits)) to send payments from \
      this account to the bank, once they are signed by an approver of the company. The account \
      is owned by the company.

      Signer: \(signer.displayName)
      """
  }
}
