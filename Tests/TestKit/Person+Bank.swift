package import BureauAPI
import Connectors
import Domain
import Foundation
import GRPCCore
import Primitives
import Sandbox
import SwiftProtobuf

// What people do with agreements, consents and payments.

extension Person {
  // MARK: Agreements and consents

  /// Registers an agreement for the company's account and sends it to its signer (A-08); the bank
  /// has the account.
  package func registersAgreement(
    bank: String = "dnb", signer: Person, at company: TestCompany? = nil
  ) async throws -> Bureau_V1_Agreement {
    let company = try company ?? bureau.company
    let made = try await draftsAgreement(bank: bank, signer: signer, at: company)
    let connection = company.connection(to: bank)
    try bureau.world.bank.openAccount(
      connection: "\(connection.bureau.hex)/\(connection.company.hex)/\(bank)",
      number: try AccountNumber(form: .norwegian, text: company.account), currency: .nok,
      owner: company.displayName,
      openingBalance: Money(minorUnits: 100_000_000_00, currency: .nok))
    return try await sends(made)
  }

  package func draftsAgreement(
    bank: String = "dnb", signer: Person, at company: TestCompany
  ) async throws -> Bureau_V1_Agreement {
    let request = agreementRequest(bank: bank, signer: signer, at: company)
    return try await calls { connection, metadata in
      try await connection.agreements.createAgreement(request, metadata: metadata)
    }
  }

  package func agreementRequest(
    bank: String = "dnb", signer: Person, at company: TestCompany
  ) -> Bureau_V1_CreateAgreementRequest {
    .with {
      $0.parent = company.name
      $0.agreement.kind = .remittance
      $0.agreement.bank = bank
      $0.agreement.account.form = .noBban
      $0.agreement.account.text = company.account
      $0.agreement.currencyCode = "NOK"
      $0.agreement.signer.displayName = signer.displayName
      $0.agreement.signer.mobile = "+46701740605"
      $0.agreement.signer.email = "signer@nordlys.example"
      $0.agreement.signer.nationalID = signer.citizen.personalNumber.digits
      $0.requestID = newRequestID()
    }
  }

  package func sends(_ agreement: Bureau_V1_Agreement) async throws -> Bureau_V1_Agreement {
    try await calls { connection, metadata in
      try await connection.agreements.sendAgreement(
        .with {
          $0.name = agreement.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// The secrets of the links that were sent about an agreement, in no order.
  package func links(to agreement: Bureau_V1_Agreement) async throws -> [String] {
    try await links(about: agreement.name)
  }

  /// The whole links to pages that were sent about something.
  package func pageLinks(about name: String) async throws -> [String] {
    try await bureau.settle()
    return try bureau.world.messenger.messages().filter { $0.about == name }.compactMap(\.link)
  }

  /// Signs or confirms whatever BankID was last asked for, without a code: as on one's own phone.
  package func approvesInApp() async throws {
    try await bureau.world.bankID.approve(citizen.personalNumber)
  }

  /// Opens a link to an agreement and is asked to sign.
  package func opens(_ link: String, to agreement: Bureau_V1_Agreement) async throws
    -> Bureau_V1_Order
  {
    try await Refused.calling {
      try await connection.agreements.startAgreementSignature(
        .with {
          $0.name = agreement.name
          $0.linkSecret = link
        })
    }
  }

  /// Opens the link that was sent and signs (A-10).
  @discardableResult
  package func signs(_ agreement: Bureau_V1_Agreement) async throws -> Bureau_V1_Order {
    let links = try await links(to: agreement)
    guard links.count == 1 else { throw TestFault("\(links.count) links were sent, not one") }
    let order = try await opens(links[0], to: agreement)
    return try await approves(order)
  }

  package func startsConsent(to bank: String = "dnb", at company: TestCompany? = nil) async throws
    -> Bureau_V1_Order
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.consents.startConsent(
        .with {
          $0.parent = parent
          $0.bank = bank
        }, metadata: metadata)
    }
  }

  /// Gives the person's own consent (C-01). Returns its name.
  @discardableResult
  package func consents(to bank: String = "dnb", at company: TestCompany? = nil) async throws
    -> String
  {
    let order = try await approves(try await startsConsent(to: bank, at: company))
    guard let name = order.results.first else { throw TestFault("no consent was made") }
    return name
  }

  package func revokes(consent: String) async throws {
    _ = try await calls { connection, metadata in
      try await connection.consents.revokeConsent(
        .with {
          $0.name = consent
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesConsents(at company: TestCompany? = nil) async throws -> [Bureau_V1_Consent] {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.consents.listConsents(.with { $0.parent = parent }, metadata: metadata)
        .consents
    }
  }

  // MARK: Payments

  package func importRequest(_ invoice: SupplierInvoice, at company: TestCompany)
    -> Bureau_V1_ImportInvoiceRequest
  {
    .with {
      $0.parent = company.name
      $0.content = Data(invoice.ubl.utf8)
      $0.requestID = newRequestID()
    }
  }

  @discardableResult
  package func imports(_ invoice: SupplierInvoice, at company: TestCompany? = nil) async throws
    -> Bureau_V1_Payment
  {
    let request = importRequest(invoice, at: try company ?? bureau.company)
    return try await calls { connection, metadata in
      try await connection.payments.importInvoice(request, metadata: metadata)
    }
  }

  package func sees(_ payment: Bureau_V1_Payment) async throws -> Bureau_V1_Payment {
    try await calls { connection, metadata in
      try await connection.payments.getPayment(.with { $0.name = payment.name }, metadata: metadata)
    }
  }

  @discardableResult
  package func acknowledges(_ payment: Bureau_V1_Payment) async throws -> Bureau_V1_Payment {
    try await calls { connection, metadata in
      try await connection.payments.acknowledgePayment(
        .with {
          $0.name = payment.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// Changes the fields of `mask` to what `change` sets.
  @discardableResult
  package func corrects(
    _ payment: Bureau_V1_Payment, _ mask: String..., change: (inout Bureau_V1_Payment) -> Void
  ) async throws -> Bureau_V1_Payment {
    var wanted = Bureau_V1_Payment()
    wanted.name = payment.name
    change(&wanted)
    let request = Bureau_V1_UpdatePaymentRequest.with {
      $0.payment = wanted
      $0.updateMask = Google_Protobuf_FieldMask.with { $0.paths = mask }
      $0.requestID = newRequestID()
    }
    return try await calls { connection, metadata in
      try await connection.payments.updatePayment(request, metadata: metadata)
    }
  }

  package func startsSigning(_ payments: Bureau_V1_Payment...) async throws -> Bureau_V1_Order {
    try await startsSigning(payments)
  }

  /// Confirms the payees' accounts first where that is asked for and is for this person to do.
  package func startsSigning(_ payments: [Bureau_V1_Payment]) async throws -> Bureau_V1_Order {
    do { return try await asksToSign(payments) } catch let refused as Refused
      where refused.reason == "SUPPLIER_ACCOUNT_HELD"
    {
      do { try await confirmsPayees(of: payments.map(\.name)) } catch is Refused { throw refused }
      return try await asksToSign(payments)
    }
  }

  /// Asks for the signature and does nothing else.
  package func asksToSign(_ payments: [Bureau_V1_Payment]) async throws -> Bureau_V1_Order {
    let names = payments.map(\.name)
    let parent = names.first.map { $0.split(separator: "/").prefix(4).joined(separator: "/") } ?? ""
    return try await calls { connection, metadata in
      try await connection.payments.startPaymentSignature(
        .with {
          $0.parent = parent
          $0.payments = names
        }, metadata: metadata)
    }
  }

  /// Signs with BankID: sees total and payees, scans, signs; the order is collected.
  @discardableResult
  package func signs(_ payments: Bureau_V1_Payment...) async throws -> Bureau_V1_Order {
    try await approves(try await startsSigning(payments))
  }

  @discardableResult
  package func deletes(_ payment: Bureau_V1_Payment) async throws -> Bureau_V1_Payment {
    try await calls { connection, metadata in
      try await connection.payments.deletePayment(
        .with {
          $0.name = payment.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func restores(_ payment: Bureau_V1_Payment) async throws -> Bureau_V1_Payment {
    try await calls { connection, metadata in
      try await connection.payments.undeletePayment(
        .with {
          $0.name = payment.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// Records what the online bank shows of a payment in doubt (E-03).
  @discardableResult
  package func records(
    _ finding: Bureau_V1_RecordBankCheckRequest.Finding, of payment: Bureau_V1_Payment
  ) async throws -> Bureau_V1_Payment {
    try await calls { connection, metadata in
      try await connection.payments.recordBankCheck(
        .with {
          $0.name = payment.name
          $0.finding = finding
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  // MARK: Holds

  private func holdName(_ company: TestCompany?) -> String {
    "\(company?.name ?? "\(bureau.name)/companies/\(bureau.id.hex)")/transferHold"
  }

  /// The hold of a company; nil: of the whole bureau.
  package func seesHold(of company: TestCompany? = nil) async throws -> Bureau_V1_TransferHold {
    let name = holdName(company)
    return try await calls { connection, metadata in
      try await connection.transfers.getTransferHold(.with { $0.name = name }, metadata: metadata)
    }
  }

  package func seesHolds() async throws -> [Bureau_V1_TransferHold] {
    try await calls { connection, metadata in
      try await connection.transfers.listTransferHolds(
        .with { $0.parent = bureau.name }, metadata: metadata
      ).transferHolds
    }
  }

  /// Confirms a list as it was seen.
  @discardableResult
  package func releases(
    _ hold: Bureau_V1_TransferHold, reason: String = "Compared with the online bank"
  ) async throws -> Bureau_V1_TransferHold {
    try await calls { connection, metadata in
      try await connection.transfers.releaseTransferHold(
        .with {
          $0.name = hold.name
          $0.digest = hold.digest
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func dismisses(
    _ payment: Bureau_V1_UnknownPayment, reason: String = "Another invoice of the same amount"
  ) async throws -> Bureau_V1_TransferHold {
    try await calls { connection, metadata in
      try await connection.transfers.dismissUnknownPayment(
        .with {
          $0.name = "\(payment.company)/transferHold"
          $0.endToEndID = payment.endToEndID
          $0.reason = reason
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  // MARK: Posting and audit

  package func posts(_ payment: Bureau_V1_Payment) async throws -> Bureau_V1_Voucher {
    try await calls { connection, metadata in
      try await connection.postings.postPayment(
        .with {
          $0.name = payment.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func seesReturnFiles(at company: TestCompany? = nil) async throws
    -> [Bureau_V1_ReturnFile]
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.statements.listReturnFiles(
        .with { $0.parent = parent }, metadata: metadata
      ).returnFiles
    }
  }

  package func verifiesAudit() async throws -> Bureau_V1_VerifyAuditResponse {
    try await calls { connection, metadata in
      try await connection.audit.verifyAudit(
        .with { $0.name = bureau.name }, metadata: metadata)
    }
  }

  package func leavesCheckpoint() async throws -> Bureau_V1_Checkpoint {
    try await calls { connection, metadata in
      try await connection.audit.createCheckpoint(
        .with { $0.parent = bureau.name }, metadata: metadata)
    }
  }
}
