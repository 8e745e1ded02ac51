import BureauAPI
import Domain
import Primitives
import Storage
import SwiftProtobuf

extension Bureau_V1_Agreement {
  init(_ agreement: Agreement, at place: Place) {
    self.init()
    name = ResourceName.child("agreements", agreement.id, of: place)
    state =
      switch agreement.state {
      case .draft: .draft
      case .sentForSigning: .sentForSigning
      case .active: .active
      case .terminated: .terminated
      }
    kind = .remittance
    bank = agreement.bank
    account = Bureau_V1_AccountNumber(agreement.account)
    currencyCode = agreement.currency.code
    signer = .with {
      $0.displayName = agreement.signer.displayName
      $0.mobile = agreement.signer.mobile
      $0.email = agreement.signer.email
    }
    createTime = agreement.createTime.timestamp
    if let time = agreement.signTime { signTime = time.timestamp }
  }
}

extension AgreementDraft {
  init(_ message: Bureau_V1_Agreement, key: NationalIDKey, allowsSynthetic: Bool) throws {
    let national = message.signer.nationalID
    self.init(
      kind: message.kind == .remittance ? .remittance : nil, bank: message.bank,
      accountForm: AccountForm(message.account.form), accountText: message.account.text,
      currency: message.currencyCode, signerName: message.signer.displayName,
      signerMobile: message.signer.mobile, signerEmail: message.signer.email,
      signerDigest: national.isEmpty
        ? nil : try key.digest(ofText: national, allowsSynthetic: allowsSynthetic))
  }
}

extension AccountForm {
  init?(_ message: Bureau_V1_AccountNumber.Form) {
    switch message {
    case .noBban: self = .norwegian
    case .iban: self = .iban
    case .seBankgiro: self = .bankgiro
    case .sePlusgiro: self = .plusgiro
    case .seBban: self = .swedish
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var message: Bureau_V1_AccountNumber.Form {
    switch self {
    case .norwegian: .noBban
    case .iban: .iban
    case .bankgiro: .seBankgiro
    case .plusgiro: .sePlusgiro
    case .swedish: .seBban
    }
  }
}

extension Bureau_V1_AccountNumber {
  init(_ account: AccountNumber) {
    self.init()
    form = account.form.message
    text = account.text
  }
}
