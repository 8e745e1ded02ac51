package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Policies
import Primitives
import Storage
import SwiftProtobuf

package struct PaymentService: Bureau_V1_PaymentService.SimpleServiceProtocol {
  let commands: Commands
  let orders: Orders
  let access: Access
  let watch: StreamWatch

  // MARK: Proposal

  package func getPayment(
    request: Bureau_V1_GetPaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let time = moment ?? now
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight in
      guard let payment = try PaymentTables.load(id, of: place, for: sight, in: tx) else {
        throw PaymentError.notFound
      }
      return Bureau_V1_Payment(try Self.view(payment, at: place, time, in: tx))
    }
  }

  package func listPayments(
    request: Bureau_V1_ListPaymentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListPaymentsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Payment>(size: request.pageSize, token: request.pageToken)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    var query = try PaymentQuery(request.filter, at: place)
    if let state = PaymentState(request.state) {
      query.states = query.states.isEmpty ? [state] : query.states.intersection([state])
      if query.states.isEmpty { query.isNothing = true }
    }
    let wanted = query, time = moment ?? now
    let views = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight -> [PaymentView] in
      let filter = try wanted.filter()
      if wanted.isNothing { return [] }
      let active = try AgreementTables.active(of: place, in: tx)
      let policy = try PolicyTables.inForce(at: place, in: tx).policy
      return try PaymentTables.find(
        filter, of: place, for: sight, after: page.after, limit: page.limit, in: tx
      ).map { try Self.view($0, at: place, time, active: active, policy: policy, in: tx) }
    }
    let (items, next) = page.cut(views, id: \.payment.id)
    return .with {
      $0.payments = items.map(Bureau_V1_Payment.init)
      $0.nextPageToken = next
    }
  }

  package func updatePayment(
    request: Bureau_V1_UpdatePaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(
      request.payment.name, "payments", as: Payment.self, field: "payment.name")
    let etag = request.payment.etag, message = request.payment
    let mask = request.updateMask.paths, caller = try context.caller
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in
      guard etag.isEmpty || etag == String(payment.revision) else {
        throw PaymentError.changedMeanwhile
      }
      let correction = try PaymentCorrection(message, mask: mask)
      if correction.creditorAccount != nil { try Self.checkPayeeAccount(by: caller.user, context) }
      return try payment.changing(
        correction, openItems: Self.openItems(of: payment, context), maker: caller.user)
    }
  }

  // MARK: The list

  package func acknowledgePayment(
    request: Bureau_V1_AcknowledgePaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, _ in try payment.acknowledging() }
  }

  package func startPaymentSignature(
    request: Bureau_V1_StartPaymentSignatureRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let caller = try context.caller, time = commands.sources.now()
    var payments: [ID<Payment>] = []
    for (index, name) in request.payments.prefix(Approval.limit + 1).enumerated() {
      let (parent, id) = try ResourceName.parse(
        name, "payments", as: Payment.self, field: "payments[\(index)]")
      guard parent == place else {
        throw NameError.malformed(
          field: "payments[\(index)]",
          pattern: ResourceName.company(place) + "/payments/{payment}")
      }
      if !payments.contains(id) { payments.append(id) }
    }
    let wanted = payments, isByCode = request.method == .smsCode
    let approval = try await commands.read(context.method, by: caller, at: place) { tx in
      if isByCode { try SigningBySMS.require(of: caller.user, at: place, in: tx) }
      return try PaymentSigning.approval(
        of: wanted, by: caller.user, at: place, time: time, in: tx)
    }
    let text = try approval.visibleText(), data = approval.nonVisibleData
    let status =
      isByCode
      ? try await orders.startByCode(
        .payments(wanted), company: place.company, caller: caller, text: text, data: data,
        message: try SigningMessage(approval.items, companies: [approval.companyName]),
        from: context.clientAddress)
      : try await orders.start(
        .payments(wanted), company: place.company, user: caller.user, text: text, data: data,
        of: place.bureau, from: context.clientAddress, with: Eid(request.eid))
    return Bureau_V1_Order(status, of: place.bureau, access.sessionLimits)
  }

  package func deletePayment(
    request: Bureau_V1_DeletePaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in try Self.deleting(payment, with: [id], context) }
  }

  package func undeletePayment(
    request: Bureau_V1_UndeletePaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in
      try payment.restoring(openItems: Self.openItems(of: payment, context))
    }
  }

  package func recordBankCheck(
    request: Bureau_V1_RecordBankCheckRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let finding = request.finding
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in
      guard finding == .executed || finding == .notExecuted else {
        throw PaymentError.findingMissing
      }
      return try payment.recordingCheck(
        executed: finding == .executed, at: context.time.date(in: .centralEuropean))
    }
  }

  package func returnPayment(
    request: Bureau_V1_ReturnPaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let reason = request.reason
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in
      try payment.returning(for: reason, openItems: Self.openItems(of: payment, context))
    }
  }

  // MARK: What they share

  /// Loads one payment, decides, applies, and answers with the payment as it is then.
  func change(
    _ id: ID<Payment>, at place: Place, _ request: some SwiftProtobuf.Message & Sendable,
    _ requestID: String, _ isDryRun: Bool, _ context: ServerContext,
    decide: @escaping @Sendable (Payment, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Payment {
    let call = try Call(
      context, context.caller, request, requestID: requestID, isDryRun: isDryRun)
    return try await commands.run(call, at: place, subject: id) { context in
      guard
        let payment = try PaymentTables.load(
          id, of: place, for: context.sight, in: context.transaction)
      else { throw PaymentError.notFound }
      return try decide(payment, context)
    } answer: { id, context in
      try Self.answer(id, context, isDryRun: isDryRun)
    }
  }

  /// Whether the company's policy lets this user set or change a payee's account.
  private static func checkPayeeAccount(by user: ID<User>, _ context: Commands.Context) throws {
    let place = context.place, tx = context.transaction
    let roles = try TenancyTables.roles(of: user, in: place.bureau, tx)
      .filter { $0.company == nil || $0.company == place.company }
    try PolicyTables.inForce(at: place, in: tx).policy
      .checkPayeeAccountChange(by: Set(roles.map(\.role)))
  }

  static func openItems(of payment: Payment, _ context: Commands.Context) throws -> Bool {
    // A salary is nobody's open item.
    try payment.salary == nil
      && PaymentTables.hasOpenItems(
        of: payment.supplierKey, besides: payment.id, of: context.place, in: context.transaction)
  }

  static func answer(_ id: ID<Payment>, _ context: Commands.Context, isDryRun: Bool = false)
    throws -> Bureau_V1_Payment
  {
    let tx = context.transaction
    guard
      let payment = try PaymentTables.load(id, of: context.place, for: context.sight, in: tx)
    else {
      throw PaymentError.notFound
    }
    var answer = Bureau_V1_Payment(try view(payment, at: context.place, context.time, in: tx))
    if isDryRun { answer.preview = try preview([id], context) }
    return answer
  }

  /// With the agreement that pays: the signed one, or the one that would be chosen now.
  static func view(
    _ payment: Payment, at place: Place, _ time: Instant, active: [Agreement]? = nil,
    policy: CompanyPolicy? = nil, in tx: any Transaction
  ) throws -> PaymentView {
    let agreements = try active ?? AgreementTables.active(of: place, in: tx)
    let agreement =
      if let signature = payment.signature {
        agreements.first { $0.id == signature.agreement }
      } else {
        try? PaymentRules.agreement(for: payment.terms, among: agreements).0
      }
    let isSent = payment.state != .error && payment.state != .signed
    let sent = isSent ? payment.instructions.last : nil
    var view = PaymentView(
      payment: payment, agreement: agreement, place: place, time: time,
      sentFor: try sent.flatMap {
        try TransferTables.executionDate(of: $0.transfer, at: place, in: tx)
      })
    if payment.state == .signed, let rendered = payment.signature?.rendered {
      view.wasSentBefore = try HoldTables.unknownPayments(barring: place, in: tx)
        .contains { $0.mayBe(rendered) }
    }
    guard payment.state.isProposal || payment.state == .acknowledged || payment.state == .error
    else { return view }
    if payment.state == .proposalOpenItems {
      view.openItems = try OpenItemTables.open(of: payment.supplierKey, at: place, in: tx)
        .map(\.id)
    }
    view.payee = try payee(of: payment, at: place, policy, in: tx)
    view.duplicates = try DuplicateTables.found(for: payment, at: place, in: tx)
    return view
  }

  private static func payee(
    of payment: Payment, at place: Place, _ policy: CompanyPolicy?, in tx: any Transaction
  ) throws -> PayeeView? {
    let standing = try SupplierTables.standing(
      of: payment.supplierKey, payment.terms.creditorAccount, at: place, in: tx)
    guard standing != .unregistered else { return nil }
    let policy = try policy ?? PolicyTables.inForce(at: place, in: tx).policy
    do {
      try standing.check(by: policy)
      return PayeeView(standing: standing, refusal: nil)
    } catch {
      return PayeeView(standing: standing, refusal: error.reason)
    }
  }
}
