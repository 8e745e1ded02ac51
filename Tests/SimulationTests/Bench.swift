import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

@testable import Simulation

/// One town of the simulation, in which payments are put into any state by facts.
final class Bench {
  let town: Town
  private var made = 0

  private init(_ town: Town) { self.town = town }

  static func run(_ body: (Bench) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let town = try await Town(seed: 1, plant: nil, folder: folder)
    do { try await body(Bench(town)) } catch {
      await town.close()
      throw error
    }
    await town.close()
  }

  var place: Place { town.companies[0].place }

  struct Made: Sendable {
    var id: ID<Payment>
    var transfer: ID<Transfer>
    /// `bureaus/…/payments/…`
    var name: String
    var company: String
    var endToEndID: String { Instruction.endToEndID(of: id, number: 1) }
  }

  /// - Parameter due: signed so that it may leave now.
  /// - Parameter isDelivered: false: its file is prepared and lies here still.
  func payment(_ state: PaymentState, due: Bool = false, isDelivered: Bool = true) async throws
    -> Made
  {
    made += 1
    let id: ID<Payment> = town.chance.id(), transfer: ID<Transfer> = town.chance.id()
    let today = town.clock.now.date(in: .centralEuropean), number = made
    var terms = PaymentTerms(
      creditorName: "Elbolaget AS", creditorCountry: .no,
      creditorAccount: try AccountNumber(form: .norwegian, text: Numbers.norwegianAccount(40)),
      creditorBIC: nil, amount: Money(minorUnits: 125_000 + Int64(number), currency: .nok),
      reference: try PaymentReference(type: .kid, text: Numbers.kid(5_000 + number)),
      dueDate: due ? today : today.adding(days: 30))
    let place = place
    let agreements = try await town.database.read(as: place.scope) { tx in
      try AgreementTables.active(of: place, in: tx)
    }
    let (agreement, profile) = try PaymentRules.agreement(for: terms, among: agreements)
    let rendered = try terms.rendered(id, for: agreement, profile: profile)
    if state == .proposalIncomplete { terms.reference = nil }
    let first: PaymentState = state.isProposal ? state : .proposalComplete
    var facts: [Fact] = [
      .paymentProposed(
        PaymentProposed(
          payment: id, state: first, invoiceNumber: "B-\(number)", supplierKey: "org:\(number)",
          terms: terms, asWritten: AsWritten(), warnings: []))
    ]
    facts += try await life(to: state, id, transfer, agreement.id, rendered, due: due)
    if !isDelivered {
      facts.removeAll { if case .transferDelivered = $0 { true } else { false } }
    }
    try await town.append(facts, at: place, request: "bench-\(number)")
    let company = town.companyName(0)
    return Made(
      id: id, transfer: transfer, name: "\(company)/payments/\(id.hex)", company: company)
  }

  /// What leads a complete proposal to `state`.
  private func life(
    to state: PaymentState, _ id: ID<Payment>, _ transfer: ID<Transfer>,
    _ agreement: ID<Agreement>, _ rendered: RenderedPayment, due: Bool
  ) async throws -> [Fact] {
    let place = place, today = town.clock.now.date(in: .centralEuropean)
    let signature = PaymentSignature(
      user: town.approvers[0].user, rendered: rendered, agreement: agreement,
      evidenceDigest: [UInt8](repeating: 7, count: 32), signTime: town.clock.now,
      transferTime: due ? town.clock.now : town.clock.now.adding(days: 30))
    let signed: [Fact] = [.paymentSigned(PaymentSigned(payment: id, signature: signature))]
    let sent: [Fact] =
      signed + [
        .transferPrepared(
          TransferPrepared(
            transfer: transfer, agreement: agreement,
            fileDigest: [UInt8](repeating: 8, count: 32), executionDate: today,
            items: [TransferItem(payment: id, number: 1)])),
        .transferDelivered(TransferDelivered(transfer: transfer)),
      ]
    let paid: [Fact] =
      sent + [
        .paymentPaid(
          PaymentPaid(payment: id, number: 1, bookingDate: today, bankReference: ""))
      ]
    switch state {
    case .proposalIncomplete, .proposalComplete, .proposalOpenItems: return []
    case .acknowledged: return [.paymentAcknowledged(PaymentAcknowledged(payment: id))]
    case .signed: return signed
    case .processing: return sent
    case .awaitingBankSignature:
      return sent.map { fact in
        guard case .transferPrepared(var prepared) = fact else { return fact }
        prepared.awaitsBankSignature = true
        return .transferPrepared(prepared)
      }
    case .inDoubt: return sent + [.paymentLost(PaymentLost(payment: id, number: 1))]
    case .error:
      return sent + [
        .paymentRejected(
          PaymentRejected(
            payment: id, number: 1, rejection: Rejection(code: "AC03", text: "")))
      ]
    case .paid: return paid
    case .posted:
      let voucherNumber = try await town.database.read(as: place.scope) { tx in
        try PostingTables.nextNumber(of: place, in: tx)
      }
      return paid + [
        .voucherPosted(
          VoucherPosted(
            voucher: Voucher(
              id: town.chance.id(), number: voucherNumber, date: today, lines: [],
              payments: [id])))
      ]
    case .deleted: return [.paymentDeleted(PaymentDeleted(payment: id))]
    }
  }

  /// A person for each role, each with that one role at the company.
  func everyRole() async throws -> [Role: SimulatedPerson] {
    var people: [Role: SimulatedPerson] = [
      .customerAdministrator: town.administrator, .accountant: town.accountant,
      .approver: town.approvers[0],
    ]
    let bureau = town.bureau, now = town.clock.now
    for (index, role) in [Role.companyAdministrator, .reader, .serviceUser, .payroll]
      .enumerated()
    {
      let person = SimulatedPerson(
        user: town.chance.id(), number: try PersonalNumber(Numbers.swedishPerson(6 + index)),
        token: "token-\(role.rawValue)")
      try await town.append(
        [
          .userCreated(
            UserCreated(
              user: User(
                id: person.user, kind: .person, displayName: role.rawValue, email: "",
                nationalIDDigest: nil, createTime: now))),
          .roleAssigned(
            RoleAssigned(
              assignment: RoleAssignment(
                id: town.chance.id(), user: person.user, company: place.company, role: role))),
        ], at: Place(bureau: bureau), request: "role-\(role.rawValue)")
      let session = Session(
        id: town.chance.id(), user: person.user, startTime: now, lastUseTime: now)
      try await town.database.write(as: .bureau(TenantKey(bureau))) { tx in
        try IdentityTables.start(session, hash: Access.hash(person.token), of: bureau, in: tx)
      }
      people[role] = person
    }
    return people
  }

  // MARK: Asking

  /// As a dry run, where there is one: the state that would follow, or the reason of the refusal.
  func asks(_ request: Request, _ payment: Made, by person: SimulatedPerson) async -> String {
    await ask(request, payment, by: person, id: "ask-\(town.chance.uuid())", isDryRun: true)
  }

  func ask(
    _ request: Request, _ payment: Made, by person: SimulatedPerson, id: String, isDryRun: Bool
  ) async -> String {
    do {
      return try await Self.call(
        request, payment, by: person, id, isDryRun, at: town.machines[0].desk)
    } catch let refusal as any Refusal { return refusal.reason } catch {
      return "\(String(reflecting: error))"
    }
  }

  static func call(
    _ request: Request, _ payment: Made, by person: SimulatedPerson, _ id: String,
    _ isDryRun: Bool, at desk: Desk
  ) async throws -> String {
    typealias Method = Bureau_V1_PaymentService.Method
    let name = payment.name
    let answer: Bureau_V1_Payment
    switch request {
    case .change:
      var wanted = Bureau_V1_Payment.with { $0.name = name }
      wanted.reference.type = .kid
      wanted.reference.text = Numbers.kid(9_000)
      let message = Bureau_V1_UpdatePaymentRequest.with {
        $0.payment = wanted
        $0.updateMask = Google_Protobuf_FieldMask.with { $0.paths = ["reference"] }
        ($0.requestID, $0.validateOnly) = (id, isDryRun)
      }
      answer = try await desk(Method.UpdatePayment.descriptor, message, by: person) {
        try await desk.payments.updatePayment(request: $0, context: $1)
      }
    case .acknowledge:
      let message = Bureau_V1_AcknowledgePaymentRequest.with {
        ($0.name, $0.requestID, $0.validateOnly) = (name, id, isDryRun)
      }
      answer = try await desk(Method.AcknowledgePayment.descriptor, message, by: person) {
        try await desk.payments.acknowledgePayment(request: $0, context: $1)
      }
    case .sign:
      let message = Bureau_V1_StartPaymentSignatureRequest.with {
        ($0.parent, $0.payments) = (payment.company, [name])
      }
      // It changes nothing until somebody has signed.
      let order = try await desk(Method.StartPaymentSignature.descriptor, message, by: person) {
        try await desk.payments.startPaymentSignature(request: $0, context: $1)
      }
      return isDryRun ? "signed" : "\(order.name) \(order.autoStartToken)"
    case .delete:
      let message = Bureau_V1_DeletePaymentRequest.with {
        ($0.name, $0.requestID, $0.validateOnly) = (name, id, isDryRun)
      }
      answer = try await desk(Method.DeletePayment.descriptor, message, by: person) {
        try await desk.payments.deletePayment(request: $0, context: $1)
      }
    case .restore:
      let message = Bureau_V1_UndeletePaymentRequest.with {
        ($0.name, $0.requestID, $0.validateOnly) = (name, id, isDryRun)
      }
      answer = try await desk(Method.UndeletePayment.descriptor, message, by: person) {
        try await desk.payments.undeletePayment(request: $0, context: $1)
      }
    case .checkExecuted, .checkNotExecuted:
      let message = Bureau_V1_RecordBankCheckRequest.with {
        ($0.name, $0.requestID, $0.validateOnly) = (name, id, isDryRun)
        $0.finding = request == .checkExecuted ? .executed : .notExecuted
      }
      answer = try await desk(Method.RecordBankCheck.descriptor, message, by: person) {
        try await desk.payments.recordBankCheck(request: $0, context: $1)
      }
    case .post:
      let message = Bureau_V1_PostPaymentRequest.with {
        ($0.name, $0.requestID, $0.validateOnly) = (name, id, isDryRun)
      }
      let method = Bureau_V1_PostingService.Method.PostPayment.descriptor
      _ = try await desk(method, message, by: person) {
        try await desk.postings.postPayment(request: $0, context: $1)
      }
      return "posted"
    }
    return "\(answer.state)"
  }
}
