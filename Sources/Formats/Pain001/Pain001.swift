package import Primitives

/// A customer credit transfer initiation: what asks a bank to pay (ISO 20022 pain.001).
package struct Pain001: Sendable, Equatable {
  /// `MsgId`: banks refuse a second one (DU01).
  package var messageID: String
  package var creationTime: WrittenTime
  package var initiatingParty: Party
  package var paymentInformations: [PaymentInformation]

  package init(
    messageID: String, creationTime: WrittenTime, initiatingParty: Party,
    paymentInformations: [PaymentInformation]
  ) {
    self.messageID = messageID
    self.creationTime = creationTime
    self.initiatingParty = initiatingParty
    self.paymentInformations = paymentInformations
  }

  /// Someone named in the message.
  package struct Party: Sendable, Equatable {
    package var name: String
    package var country: CountryCode?
    package var town: String?
    /// `Id/OrgId/Othr/Id`: an organisation number, or the bank's number for its customer.
    package var organisationID: String?
    /// `CUST` or `BANK`, where the bank asks for it.
    package var organisationScheme: String?

    package init(
      name: String, country: CountryCode? = nil, town: String? = nil,
      organisationID: String? = nil, organisationScheme: String? = nil
    ) {
      self.name = name
      self.country = country
      self.town = town
      self.organisationID = organisationID
      self.organisationScheme = organisationScheme
    }
  }

  /// `SvcLvl/Cd`.
  package struct ServiceLevel: RawRepresentable, Sendable, Hashable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let nonUrgent = ServiceLevel(rawValue: "NURG")
    package static let sepa = ServiceLevel(rawValue: "SEPA")
    package static let urgent = ServiceLevel(rawValue: "URGP")
    package static let sameDay = ServiceLevel(rawValue: "SDVA")
  }

  /// `ChrgBr`: who bears the charges.
  package enum ChargeBearer: String, Sendable, Hashable, CaseIterable {
    case shared = "SHAR"
    case followingServiceLevel = "SLEV"
    case debtor = "DEBT"
    case creditor = "CRED"
  }

  /// One debit side and its credit transfers (`PmtInf`).
  package struct PaymentInformation: Sendable, Equatable {
    package var id: String
    /// True: one debit entry for all; false: one each; nil: as agreed with the bank.
    package var batchBooking: Bool?
    package var serviceLevel: ServiceLevel?
    /// `CtgyPurp/Cd`: `SALA`, `SUPP`, `TAXS` …
    package var categoryPurpose: String?
    package var requestedExecutionDate: CalendarDate
    package var debtor: Party
    package var debtorAccount: WrittenAccount
    package var debtorAccountCurrency: Currency?
    /// Without it `NOTPROVIDED` is written, which only some banks take.
    package var debtorAgentBIC: BIC?
    package var chargeBearer: ChargeBearer?
    package var transactions: [CreditTransfer]

    package init(
      id: String, batchBooking: Bool? = true, serviceLevel: ServiceLevel? = nil,
      categoryPurpose: String? = nil, requestedExecutionDate: CalendarDate, debtor: Party,
      debtorAccount: AccountNumber, debtorAccountCurrency: Currency? = nil,
      debtorAgentBIC: BIC? = nil, chargeBearer: ChargeBearer? = nil,
      transactions: [CreditTransfer]
    ) {
      self.init(
        id: id, batchBooking: batchBooking, serviceLevel: serviceLevel,
        categoryPurpose: categoryPurpose, requestedExecutionDate: requestedExecutionDate,
        debtor: debtor, debtorAccount: WrittenAccount(asDebtor: debtorAccount),
        debtorAccountCurrency: debtorAccountCurrency, debtorAgentBIC: debtorAgentBIC,
        chargeBearer: chargeBearer, transactions: transactions)
    }

    init(
      id: String, batchBooking: Bool?, serviceLevel: ServiceLevel?, categoryPurpose: String?,
      requestedExecutionDate: CalendarDate, debtor: Party, debtorAccount: WrittenAccount,
      debtorAccountCurrency: Currency?, debtorAgentBIC: BIC?, chargeBearer: ChargeBearer?,
      transactions: [CreditTransfer]
    ) {
      self.id = id
      self.batchBooking = batchBooking
      self.serviceLevel = serviceLevel
      self.categoryPurpose = categoryPurpose
      self.requestedExecutionDate = requestedExecutionDate
      self.debtor = debtor
      self.debtorAccount = debtorAccount
      self.debtorAccountCurrency = debtorAccountCurrency
      self.debtorAgentBIC = debtorAgentBIC
      self.chargeBearer = chargeBearer
      self.transactions = transactions
    }
  }

  /// One credit transfer (`CdtTrfTxInf`).
  package struct CreditTransfer: Sendable, Equatable {
    package var instructionID: String?
    /// The main key by which answers find the payment.
    package var endToEndID: String
    package var amount: Money
    /// For Swedish numbers the clearing member is written from the account instead.
    package var creditorAgentBIC: BIC?
    package var creditor: Party
    package var creditorAccount: WrittenAccount
    package var remittance: Remittance

    package init(
      instructionID: String?, endToEndID: String, amount: Money, creditorAgentBIC: BIC? = nil,
      creditor: Party, creditorAccount: AccountNumber, remittance: Remittance
    ) {
      self.init(
        instructionID: instructionID, endToEndID: endToEndID, amount: amount,
        creditorAgentBIC: creditorAgentBIC, creditor: creditor,
        creditorAccount: WrittenAccount(creditorAccount), remittance: remittance)
    }

    init(
      instructionID: String?, endToEndID: String, amount: Money, creditorAgentBIC: BIC?,
      creditor: Party, creditorAccount: WrittenAccount, remittance: Remittance
    ) {
      self.instructionID = instructionID
      self.endToEndID = endToEndID
      self.amount = amount
      self.creditorAgentBIC = creditorAgentBIC
      self.creditor = creditor
      self.creditorAccount = creditorAccount
      self.remittance = remittance
    }
  }

  /// What tells the creditor why: a reference or a text, never both.
  package enum Remittance: Sendable, Equatable {
    case none
    /// KID, OCR, RF or Finnish reference; `.message` is refused here.
    case structured(PaymentReference)
    case unstructured(String)
    /// Invoices, and credit notes that are set off against them; what is left is the amount.
    case documents([ReferredDocument])
    /// Only as read: a structured reference whose check digit is wrong, or of an unknown kind.
    case unverified(String)
  }
}

extension WrittenAccount {
  /// A debtor's bankgiro carries no clearing number; all else as for a creditor.
  init(asDebtor number: AccountNumber) {
    let account = WrittenAccount(number)
    if case .bankgiro = number {
      self.init(scheme: .bankgiro, id: account.id)
    } else {
      self = account
    }
  }
}
