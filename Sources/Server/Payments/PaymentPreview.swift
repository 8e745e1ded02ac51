// What a step would lead to: the step itself, by the same rules and projections, in a transaction
// that is undone; and what is told of it before it is undone.

package import BureauAPI
package import Domain
import Engine
package import GRPCCore
import Policies
import Primitives
import Storage
import SwiftProtobuf
import Synchronization

extension PaymentService {
  /// Other payments that leave an account, of which its days' totals are made.
  private static let othersLimit = 5_000

  package func previewPayments(
    request: Bureau_V1_PreviewPaymentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_PreviewPaymentsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let caller = try context.caller, step = request.step
    var payments: [ID<Payment>] = []
    for (index, name) in request.payments.prefix(Approval.limit + 1).enumerated() {
      let field = "payments[\(index)]"
      let (parent, id) = try ResourceName.parse(name, "payments", as: Payment.self, field: field)
      guard parent == place else {
        throw NameError.malformed(
          field: field, pattern: ResourceName.company(place) + "/payments/{payment}")
      }
      if !payments.contains(id) { payments.append(id) }
    }
    let wanted = payments
    guard let first = wanted.first else { throw PaymentError.noPayments }
    guard wanted.count <= Approval.limit else {
      throw PaymentError.tooManyPayments(limit: Approval.limit)
    }
    let ids = wanted.map { _ in commands.sources.id(Voucher.self) }
    let transfers = (0..<32).map { _ in commands.sources.id(Transfer.self) }
    let shown = ShownText()
    let call = Call(
      method: context.method, caller: caller, requestID: "", digest: [], isDryRun: true)
    return try await commands.run(call, at: place, subject: first) { context in
      if let method = step.method {
        try Access.check(method, by: caller, at: place, in: context.transaction)
      }
      switch step {
      case .acknowledge:
        return try Self.each(wanted, context) { try $0.acknowledging() }
      case .sign:
        let approval = try PaymentSigning.approval(
          of: wanted, by: caller.user, at: place, time: context.time, in: context.transaction)
        let text = try approval.visibleText()
        shown.text.withLock { $0 = text }
        return try Self.signing(approval, text, wanted, by: caller.user, context)
      case .transfer: return try Self.transferring(wanted, transfers, context)
      case .post: return try Self.posting(wanted, ids, context)
      case .unspecified, .UNRECOGNIZED: throw PreviewError.stepMissing
      }
    } answer: { _, context in
      try .with {
        $0.payments = try wanted.map { try Self.answer($0, context) }
        $0.preview = try Self.preview(wanted, context)
        $0.preview.visibleText = shown.text.withLock { $0 }
      }
    }
  }

  // MARK: The steps

  private static func load(_ id: ID<Payment>, _ context: Commands.Context) throws -> Payment {
    guard
      let payment = try PaymentTables.load(
        id, of: context.place, for: context.sight, in: context.transaction)
    else { throw PaymentError.notFound }
    return payment
  }

  private static func each(
    _ payments: [ID<Payment>], _ context: Commands.Context, _ decide: (Payment) throws -> [Fact]
  ) throws -> [Fact] {
    try payments.enumerated().flatMap { index, id in
      do { return try decide(try load(id, context)) } catch let refusal as any Refusal {
        throw RefusedItem(
          refusal: refusal, field: "payments[\(index)]",
          name: ResourceName.child("payments", id, of: context.place))
      }
    }
  }

  /// As if the caller had signed at this moment what would be shown.
  private static func signing(
    _ approval: Approval, _ text: String, _ payments: [ID<Payment>], by user: ID<User>,
    _ context: Commands.Context
  ) throws -> [Fact] {
    let nobody = NationalIDDigest(bytes: [])
    let evidence = Evidence(
      digest: [UInt8](repeating: 0, count: 32), signer: nobody, signerName: "",
      visibleText: text, nonVisibleData: approval.nonVisibleData,
      time: context.time)
    return try PaymentSigning.facts(
      for: payments, by: user, with: evidence, at: context.place, context)
  }

  /// The files that would leave when the last of these is due, with these payments alone.
  private static func transferring(
    _ payments: [ID<Payment>], _ ids: [ID<Transfer>], _ context: Commands.Context
  ) throws -> [Fact] {
    var agreements: [ID<Agreement>] = [], due = context.time
    _ = try each(payments, context) { payment in
      _ = try payment.state.after(.transfer)
      guard let signature = payment.signature else { return [] }
      due = max(due, signature.transferTime)
      if !agreements.contains(signature.agreement) { agreements.append(signature.agreement) }
      return []
    }
    var left = ids[...], facts: [Fact] = []
    for agreement in agreements {
      let made = try Jobs.prepared(
        agreement, Array(left), context, at: due, only: Set(payments))
      left = left.dropFirst(made.count)
      facts += made
    }
    return facts
  }

  private static func posting(
    _ payments: [ID<Payment>], _ ids: [ID<Voucher>], _ context: Commands.Context
  ) throws -> [Fact] {
    let place = context.place, tx = context.transaction
    guard let company = try TenancyTables.company(place, in: tx) else {
      throw TenancyError.companyNotFound
    }
    let first = try PostingTables.nextNumber(of: place, in: tx)
    var number = first
    return try each(payments, context) { payment in
      defer { number += 1 }
      return try payment.posting(
        VoucherDraft(
          id: ids[Int(number - first)], number: number, chart: ChartOfAccounts(of: company),
          time: context.time))
    }
  }

  // MARK: What is told

  static func preview(_ payments: [ID<Payment>], _ context: Commands.Context) throws
    -> Bureau_V1_PaymentsPreview
  {
    let place = context.place, tx = context.transaction
    let basis = try basis(context)
    guard let company = try TenancyTables.company(place, in: tx) else {
      throw TenancyError.companyNotFound
    }
    var number = try PostingTables.nextNumber(of: place, in: tx)
    var answer = Bureau_V1_PaymentsPreview(), own: [AccountDay: Int64] = [:]
    for id in payments {
      let payment = try load(id, context)
      var outlook = payment.outlook(basis)
      if let sent = payment.instructions.last, payment.state != .error {
        outlook.executionDate = try TransferTables.executionDate(
          of: sent.transfer, at: place, in: tx)
      }
      var voucher: Voucher?
      if let posted = payment.voucher {
        voucher = try PostingTables.load(posted, of: place, in: tx)
      } else if outlook.executionDate != nil {
        voucher = payment.expectedPosting(
          VoucherDraft(
            id: ID(id.uuid), number: number, chart: ChartOfAccounts(of: company),
            time: context.time), executedOn: outlook.executionDate)
        number += 1
      }
      let invoice = try payment.postedInvoice.flatMap {
        try PostingTables.load($0.voucher, of: place, in: tx)
      }
      answer.outlooks.append(
        Bureau_V1_PaymentOutlook(
          outlook, voucher: voucher, invoice: invoice, of: payment, at: place))
      if let day = payment.accountDay(outlook) {
        own[day, default: 0] += payment.terms.amount.minorUnits
      }
    }
    let all = try leaving(besides: Set(payments), basis, context).merging(own) { $0 + $1 }
    for (day, amount) in own.sorted(by: {
      ($0.key.date, $0.key.agreement) < ($1.key.date, $1.key.agreement)
    }) {
      answer.accountDays.append(
        .with {
          $0.agreement = ResourceName.child("agreements", day.agreement, of: place)
          if let agreement = basis.agreements.first(where: { $0.id == day.agreement }) {
            $0.account = Bureau_V1_AccountNumber(agreement.account)
          }
          $0.date = day.date.iso
          $0.amount = Bureau_V1_Money(Money(minorUnits: amount, currency: day.currency))
          $0.totalAmount = Bureau_V1_Money(
            Money(minorUnits: all[day] ?? amount, currency: day.currency))
        })
    }
    return answer
  }

  private static func basis(_ context: Commands.Context) throws -> OutlookBasis {
    let place = context.place, tx = context.transaction
    return OutlookBasis(
      policy: try PolicyTables.inForce(at: place, in: tx).policy,
      timing: try TransferSettingTables.timing(of: place, in: tx),
      day: try PolicyTables.signedDay(of: context.time, at: place, in: tx),
      agreements: try AgreementTables.remitting(
        of: place, on: context.time.date(in: .centralEuropean), in: tx),
      approvers: try TenancyTables.approvers(in: place.company, of: place.bureau, in: tx),
      consents: try ConsentTables.counting(at: context.time, of: place, in: tx),
      time: context.time)
  }

  /// What has been signed or sent and is not known to be paid, by account and day.
  private static func leaving(
    besides payments: Set<ID<Payment>>, _ basis: OutlookBasis, _ context: Commands.Context
  ) throws -> [AccountDay: Int64] {
    let place = context.place, tx = context.transaction
    var sums: [AccountDay: Int64] = [:]
    for state in [PaymentState.signed, .awaitingBankSignature, .processing, .inDoubt] {
      let found = try PaymentTables.list(
        of: place, state: state, for: context.sight, after: nil, limit: othersLimit, in: tx)
      for payment in found where !payments.contains(payment.id) {
        var outlook = payment.outlook(basis)
        if state != .signed, let sent = payment.instructions.last {
          outlook.executionDate = try TransferTables.executionDate(
            of: sent.transfer, at: place, in: tx)
        }
        if let day = payment.accountDay(outlook) {
          sums[day, default: 0] += payment.terms.amount.minorUnits
        }
      }
    }
    return sums
  }
}

/// What a signer would read, noted while it is decided; the body may run again.
private final class ShownText: Sendable {
  let text = Mutex("")
}

/// Why nothing is previewed.
package enum PreviewError: Refusal, Equatable {
  case stepMissing

  package var kind: RefusalKind { .invalidArgument }
  package var reason: String { "PREVIEW_STEP_MISSING" }
  package var field: String? { "step" }
  package var message: String { "Say which step: ACKNOWLEDGE, SIGN, TRANSFER or POST." }
}

extension Payment {
  /// Paid or posted, it has left: nothing is to come.
  fileprivate func accountDay(_ outlook: PaymentOutlook) -> AccountDay? {
    guard ![.paid, .posted, .deleted].contains(state), let agreement = outlook.agreement,
      let date = outlook.executionDate
    else { return nil }
    return AccountDay(agreement: agreement.id, date: date, currency: terms.amount.currency)
  }
}

extension Bureau_V1_PreviewPaymentsRequest.Step {
  /// The method whose right the step needs; nil: the server's own.
  fileprivate var method: String? {
    switch self {
    case .acknowledge: PaymentAction.acknowledge.method
    case .sign: PaymentAction.sign.method
    case .post: "bureau.v1.PostingService/PostPayment"
    case .transfer, .unspecified, .UNRECOGNIZED: nil
    }
  }
}

extension Bureau_V1_PaymentOutlook {
  fileprivate init(
    _ outlook: PaymentOutlook, voucher: Voucher?, invoice: Voucher?, of payment: Payment,
    at place: Place
  ) {
    self.init()
    self.payment = ResourceName.child("payments", payment.id, of: place)
    executionDate = outlook.executionDate?.iso ?? ""
    if let time = outlook.transferTime { transferTime = time.timestamp }
    requiredSignatures = Int32(outlook.requiredSignatures ?? 0)
    refusedReason = outlook.refused ?? ""
    signers = outlook.signers.map { ResourceName.child("users", $0, of: place.bureau) }
    ableSigners = outlook.ableSigners.map { ResourceName.child("users", $0, of: place.bureau) }
    if let voucher {
      postingDate = voucher.date.iso
      postings = Self.postings(of: voucher)
    }
    if let invoice {
      invoicePostingDate = invoice.date.iso
      invoicePostings = Self.postings(of: invoice)
    }
  }

  private static func postings(of voucher: Voucher) -> [Posting] {
    voucher.lines.map { line in
      .with {
        $0.ledgerAccount = line.ledgerAccount.number
        $0.amount = Bureau_V1_Money(line.amount)
        $0.text = line.text
      }
    }
  }
}
