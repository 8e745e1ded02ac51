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
      case .signed: .signed
      case .manualReview: .manualReview
      case .active: .active
      case .rejected: .rejected
      case .savedNotActivated: .savedNotActivated
      case .legacyActive: .legacyActive
      case .terminated: .terminated
      }
    kind = agreement.kind == .remittance ? .remittance : .incoming
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
    declarations = Bureau_V1_Declarations(agreement.declarations)
    if agreement.state == .sentForSigning, let time = agreement.linkExpireTime {
      linkExpireTime = time.timestamp
    }
    note = agreement.note ?? ""
    if let found = agreement.review {
      review = Bureau_V1_Review(found, isOpen: agreement.state == .manualReview)
    }
    if let check = agreement.check { connectionCheck = Bureau_V1_ConnectionCheck(check) }
    if let time = agreement.terminateTime { terminateTime = time.timestamp }
    applicationState =
      switch agreement.application.state {
      case .notNeeded: .notNeeded
      case .toSend: .toSend
      case .sent: .sent
      case .confirmed: .confirmed
      }
    if let time = agreement.settingsReviewTime { settingsReviewTime = time.timestamp }
    if let time = agreement.accountingTime { accountingTime = time.timestamp }
    number = agreement.number ?? ""
    conversionDate = agreement.conversionDate?.iso ?? ""
  }
}

extension Bureau_V1_Review {
  init(_ found: AgreementReview, isOpen: Bool) {
    self.init()
    reasons = found.reasons.map { reason in
      .with {
        $0.code = reason.code
        $0.text = reason.words
      }
    }
    startTime = found.startTime.timestamp
    expectedDate = found.expectedDate.iso
    decidedBy = found.decidedBy ?? ""
    message = isOpen ? found.message : ""
  }
}

extension Bureau_V1_ConnectionCheck {
  init(_ check: ConnectionCheck) {
    self.init()
    checkTime = check.time.timestamp
    switch check.finding {
    case .ok: ok = true
    case .failed(let fault, let text):
      self.fault =
        switch fault {
        case .setUp: .setUp
        case .communication: .communication
        case .gatewayMissing: .gatewayMissing
        case .keyMismatch: .keyMismatch
        }
      self.text = text.isEmpty ? fault.words : "\(fault.words): \(text)"
    }
  }
}

extension Bureau_V1_Bank {
  init(_ profile: BankProfile) {
    self.init()
    id = profile.id
    displayName = profile.displayName
    countryCode = profile.country.code
    bic = profile.bic.text
    channel = profile.channel == .api ? .api : .file
    finalSignatureInBank = profile.finalSignatureInBank
    needsApplication = !profile.application.isEmpty
    cutOffHour = Int32(profile.cutOffHour)
  }
}

extension Bureau_V1_Declarations {
  init(_ declared: Declarations) {
    self.init()
    politicallyExposed = declared.politicallyExposed
    countryCodes = declared.countries.map(\.code)
    financing = Declarations.Financing.allCases.filter(declared.financing.contains).map(\.message)
    industry = declared.industry
    persons = declared.persons.map { person in
      .with {
        $0.role = person.role.message
        $0.displayName = person.displayName
      }
    }
  }
}

extension Declarations {
  init(_ message: Bureau_V1_Declarations) throws(AgreementError) {
    var countries: [CountryCode] = []
    for code in message.countryCodes.prefix(Self.countryLimit + 1) {
      guard let country = try? CountryCode(code) else {
        throw .declarationInvalid(
          field: "declarations.country_codes", "a country is two capital letters of ISO 3166")
      }
      countries.append(country)
    }
    var financing: Set<Financing> = []
    for source in message.financing {
      guard let known = Financing.allCases.first(where: { $0.message == source }) else {
        throw .declarationInvalid(
          field: "declarations.financing", "it is none of the kinds of financing")
      }
      financing.insert(known)
    }
    var persons: [LinkedPerson] = []
    for person in message.persons.prefix(Self.personLimit + 1) {
      guard let role = LinkedPerson.Role.allCases.first(where: { $0.message == person.role })
      else {
        throw .declarationInvalid(
          field: "declarations.persons.role", "a linked person needs a role")
      }
      persons.append(LinkedPerson(role: role, displayName: person.displayName))
    }
    self.init(
      politicallyExposed: message.politicallyExposed, countries: countries, financing: financing,
      industry: message.industry, persons: persons)
  }
}

extension Declarations.Financing {
  fileprivate var message: Bureau_V1_Declarations.Financing {
    switch self {
    case .ownFunds: .ownFunds
    case .sales: .sales
    case .loans: .loans
    case .investors: .investors
    case .grants: .grants
    case .other: .other
    }
  }
}

extension Declarations.LinkedPerson.Role {
  fileprivate var message: Bureau_V1_Declarations.LinkedPerson.Role {
    switch self {
    case .owner: .owner
    case .board: .board
    case .auditor: .auditor
    case .other: .other
    }
  }
}

extension AgreementDraft {
  init(_ message: Bureau_V1_Agreement, key: NationalIDKey, allowsSynthetic: Bool) throws {
    let national = message.signer.nationalID
    self.init(
      kind: Agreement.Kind(message.kind), bank: message.bank,
      accountForm: AccountForm(message.account.form), accountText: message.account.text,
      currency: message.currencyCode, signerName: message.signer.displayName,
      signerMobile: message.signer.mobile, signerEmail: message.signer.email,
      signerDigest: national.isEmpty
        ? nil : try key.digest(ofText: national, allowsSynthetic: allowsSynthetic))
    declarations = try Declarations(message.declarations)
  }
}

extension Agreement.Kind {
  init?(_ message: Bureau_V1_Agreement.Kind) {
    switch message {
    case .remittance: self = .remittance
    case .incoming: self = .incoming
    case .unspecified, .UNRECOGNIZED: return nil
    }
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

extension OutgoingMessage {
  /// The link with which its signer opens an agreement.
  static func agreement(
    _ agreement: Agreement, secret: String, at place: Place, as id: ID<OutgoingMessage>
  ) -> OutgoingMessage {
    OutgoingMessage(
      id: id, mobile: agreement.signer.mobile, email: agreement.signer.email,
      subject: "A bank agreement waits for your signature",
      body: ResourceName.child("agreements", agreement.id, of: place), secret: secret)
  }
}
