package import BureauAPI
import Crypto
import Domain
import Engine
import Formats
import Foundation
package import GRPCCore
import GRPCProtobuf
import Policies
import Primitives
import Sealing
import Storage
import SwiftProtobuf

package struct SubmissionService: Bureau_V1_SubmissionService.SimpleServiceProtocol {
  let commands: Commands

  package func submitBatch(
    request: Bureau_V1_SubmitBatchRequest, context: ServerContext
  ) async throws -> Bureau_V1_SubmitBatchResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let batch = ReceivedBatch(
      request, of: place, by: try context.caller.user, sources: commands.sources)
    let requestID = context.call.requestID
    do {
      return try await commands.run(call, at: place, subject: batch.id) { context in
        try batch.facts(context)
      } apply: { context in
        try batch.store(context)
      } answer: { _, context in
        try batch.answer(context, requestID: requestID)
      }
    } catch let refusal as SealError where !request.validateOnly {
      try await record(refusal, of: batch, at: place, by: call)
      throw refusal
    }
  }

  /// What was refused for its seal stands in the company's journal, under no request id: the
  /// request itself has changed nothing and may come again.
  private func record(
    _ refusal: SealError, of batch: ReceivedBatch, at place: Place, by call: Call
  ) async throws {
    var call = call
    call.requestID = ""
    let fact = batch.refused(refusal)
    try await commands.run(call, at: place, subject: batch.id) { _ in
      [.sealRefused(fact)]
    } answer: { _, _ in
      ()
    }
  }
}

/// A batch as it came, with what is worked out before its transaction.
private struct ReceivedBatch: Sendable {
  let id: ID<Batch>
  let maker: ID<User>
  let place: Place
  let batchID: String
  let frame: BatchFrame
  let seal: Seal?
  /// The sealed bytes.
  let bytes: [UInt8]
  let contentDigest: [UInt8]
  let items: [Item]

  struct Item: Sendable {
    enum Content: Sendable {
      case invoice(bytes: [UInt8], document: Result<UBLDocument, InvoiceError>)
      case payment(Result<SubmittedPayment, PaymentError>)
      case nothing
    }

    let payment: ID<Payment>
    let invoice: ID<Invoice>
    let content: Content
  }

  init(
    _ request: Bureau_V1_SubmitBatchRequest, of place: Place, by maker: ID<User>, sources: Sources
  ) {
    id = sources.id()
    self.maker = maker
    self.place = place
    let batch = request.batch
    batchID = batch.batchID
    seal =
      request.hasSeal
      ? Seal(
        keyFingerprint: request.seal.keyFingerprint, signature: Array(request.seal.signature))
      : nil
    let canonical = batch.canonical(
      company: ResourceName.company(place), keyFingerprint: request.seal.keyFingerprint)
    bytes = canonical.bytes
    contentDigest = Array(SHA256.hash(data: canonical.content))
    let time = batch.createTime
    let isTime = time.nanos == 0 && 0...253_402_300_799 ~= time.seconds
    frame = BatchFrame(
      batchID: batch.batchID,
      createTime: isTime ? Instant(microseconds: time.seconds * 1_000_000) : nil,
      saidCount: Int(batch.itemCount), sentCount: batch.items.count,
      saidTotals: batch.totals.map { ($0.minorUnits, $0.currencyCode) },
      amounts: batch.items.compactMap { item in
        guard case .payment(let payment) = item.content else { return nil }
        return (payment.amount.minorUnits, payment.amount.currencyCode)
      })
    items = batch.items.prefix(Batch.itemLimit).map { Item($0, sources: sources) }
  }

  var digest: [UInt8] { Array(SHA256.hash(data: bytes)) }

  func refused(_ refusal: SealError) -> SealRefused {
    let fingerprint = seal?.keyFingerprint ?? ""
    return SealRefused(
      batchID: batchID, reason: refusal.reason,
      keyFingerprint: SealingKey.isFingerprint(fingerprint) ? fingerprint : "", digest: digest)
  }

  // MARK: Deciding

  func facts(_ context: Commands.Context) throws -> [Fact] {
    let tx = context.transaction
    guard let company = try TenancyTables.company(place, in: tx) else {
      throw TenancyError.companyNotFound
    }
    let createTime = try frame.checked()
    let earlier = try SubmissionTables.load(batchID, of: place, in: tx)
    // The very same message again: as good as it was.
    if let earlier, earlier.digest == digest, earlier.seal == seal { return [] }
    try SealRules.check(
      seal, over: bytes, createTime: createTime,
      keys: SigningKeyTables.all(of: place, in: tx),
      requirement: PolicyTables.inForce(at: place, in: tx).policy.seal,
      at: context.time)
    if let earlier {
      guard earlier.contentDigest == contentDigest else { throw BatchError.idReused }
      return []
    }
    let (outcomes, facts) = try propose(for: company, context)
    let submitted = BatchSubmitted(
      batch: id, batchID: batchID, digest: digest, contentDigest: contentDigest, seal: seal,
      outcomes: outcomes)
    return [.batchSubmitted(submitted)] + facts
  }

  /// Each item by itself, with those before it as known.
  private func propose(for company: Company, _ context: Commands.Context) throws
    -> ([BatchOutcome], [Fact])
  {
    let tx = context.transaction, today = context.time.date(in: .centralEuropean)
    var outcomes: [BatchOutcome] = [], facts: [Fact] = []
    var taken: Set<[String]> = [], suppliers: Set<String> = []
    for item in items {
      do {
        let (reading, source) = try item.reading(for: company, today: today, batch: digest)
        let key = reading.supplierKey
        let isKnown =
          try taken.contains([key, reading.numberKey])
          || PaymentTables.hasInvoice(of: key, numbered: reading.numberKey, of: place, in: tx)
        let hasOpen =
          try suppliers.contains(key)
          || PaymentTables.hasOpenItems(of: key, besides: item.payment, of: place, in: tx)
        facts += try PaymentRules.proposing(
          item.payment, from: item.invoice, reading, sourceDigest: source, known: isKnown,
          openItems: hasOpen, maker: maker)
        taken.insert([key, reading.numberKey])
        suppliers.insert(key)
        outcomes.append(.payment(item.payment))
      } catch let refusal as any Refusal {
        outcomes.append(.refused(RecordedRefusal(refusal)))
      }
    }
    return (outcomes, facts)
  }

  /// Keeps what was sealed, and the documents of the items that were taken.
  func store(_ context: Commands.Context) throws {
    let tx = context.transaction
    guard let kept = try SubmissionTables.load(batchID, of: place, in: tx), kept.batch == id else {
      return
    }
    try Blobs.store(bytes, digest: digest, of: place, in: tx)
    for (item, outcome) in zip(items, kept.outcomes) {
      guard case .payment = outcome, case .invoice(let bytes, _) = item.content else { continue }
      try Blobs.store(bytes, digest: Array(SHA256.hash(data: bytes)), of: place, in: tx)
    }
  }

  // MARK: Answering

  func answer(_ context: Commands.Context, requestID: String) throws
    -> Bureau_V1_SubmitBatchResponse
  {
    guard let found = try SubmissionTables.load(batchID, of: place, in: context.transaction) else {
      throw BatchError.idInvalid
    }
    var answer = Bureau_V1_SubmitBatchResponse()
    answer.batchID = found.batchID
    for (index, outcome) in found.outcomes.enumerated() {
      var result = Bureau_V1_BatchItemResult()
      result.number = Int32(index + 1)
      switch outcome {
      case .payment(let payment): result.payment = try PaymentService.answer(payment, context)
      case .refused(let refusal):
        let failure = ErrorMapping.failure(for: refusal, requestID: requestID)
        let status: [UInt8] = try failure.status.serializedBytes()
        result.error = try Google_Rpc_Status(serializedBytes: status)
      }
      answer.results.append(result)
    }
    return answer
  }
}

extension ReceivedBatch.Item {
  init(_ message: Bureau_V1_BatchItem, sources: Sources) {
    payment = sources.id()
    invoice = sources.id()
    switch message.content {
    case .invoice(let content):
      let bytes = Array(content)
      content: do {
        if bytes.isEmpty {
          self.content = .invoice(bytes: bytes, document: .failure(.missing))
          break content
        }
        self.content = .invoice(bytes: bytes, document: .success(try UBLDocument.read(bytes)))
      } catch {
        self.content = .invoice(
          bytes: bytes, document: .failure(.unreadable(error.message)))
      }
    case .payment(let payment):
      self.content = .payment(
        Result { () throws(PaymentError) in try SubmittedPayment(payment) })
    case nil: self.content = .nothing
    }
  }

  /// What the item says, and the digest of the document or batch that says it.
  func reading(for company: Company, today: CalendarDate, batch: [UInt8]) throws
    -> (InvoiceReading, source: [UInt8])
  {
    switch content {
    case .invoice(let bytes, let document):
      (
        try InvoiceReading(try document.get(), for: company, today: today),
        Array(SHA256.hash(data: bytes))
      )
    case .payment(let payment): (try InvoiceReading(try payment.get(), today: today), batch)
    case .nothing: throw BatchError.itemEmpty
    }
  }
}

extension SubmittedPayment {
  init(_ message: Bureau_V1_BatchPayment) throws(PaymentError) {
    var values = PaymentCorrection()
    let name = message.creditor.displayName
    if !name.isEmpty { values.creditorName = name }
    if !message.creditorAccount.text.isEmpty {
      guard let form = AccountForm(message.creditorAccount.form) else {
        throw .accountInvalid("its form is missing.")
      }
      values.creditorAccount = (form, message.creditorAccount.text)
    }
    if !message.creditorBic.isEmpty { values.creditorBIC = message.creditorBic }
    values.amount = (message.amount.minorUnits, message.amount.currencyCode)
    if !message.reference.text.isEmpty {
      guard let type = PaymentReferenceType(message.reference.type) else {
        throw .referenceInvalid("its type is missing.")
      }
      values.reference = (type, message.reference.text)
    }
    if !message.dueDate.isEmpty { values.dueDate = message.dueDate }
    self.init(
      invoiceNumber: message.invoiceNumber,
      organisationNumber: message.creditor.organisationNumber,
      countryCode: message.creditor.countryCode, currencyCode: message.amount.currencyCode,
      values: values)
  }
}
