import BureauAPI
import Crypto
import Domain
import Engine
import Formats
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf

/// The durable command in this process, without gRPC: submitting a payment from an invoice that has
/// been read, through `Commands.run` as `ImportInvoice` does it. That is: the lock of the company's
/// head, access, idempotency, the rules (known invoice, open items), two facts with their hashes,
/// their projections, the document as a blob, and the commit that it shares with its neighbours.
struct InProcess: Sendable {
  let group: GroupCommit
  private let commands: Commands
  private let caller: Caller
  private let companies: Int

  init(_ database: any Database, companies: Int = Workload.companyCount) async throws {
    group = GroupCommit(database)
    commands = Commands(
      database: database, group: group, sources: Workload.sources,
      secrets: try BenchServer.secrets())
    caller = try await Workload.caller(database)
    self.companies = companies
  }

  /// One command's input, made before the clock starts.
  struct Submission: Sendable {
    fileprivate var place: Place
    fileprivate var call: Call
    fileprivate var reading: InvoiceReading
    fileprivate var content: [UInt8]
    fileprivate var digest: [UInt8]
  }

  /// The commands numbered `numbers`; no number may be used twice in one database.
  func submissions(_ numbers: Range<Int>) throws -> [Submission] {
    try numbers.map { number in
      let request = Workload.request(number, of: companies), content = Array(request.content)
      let bytes: [UInt8] = try request.serializedBytes()
      return Submission(
        place: Workload.place(number, of: companies),
        call: Call(
          method: Workload.method, caller: caller, requestID: request.requestID,
          digest: Call.digest(Workload.method, bytes)),
        reading: try InvoiceReading(
          UBLDocument.read(content), for: Self.buyer(),
          today: Workload.sources.now().date(in: .centralEuropean)),
        content: content, digest: Array(SHA256.hash(data: content)))
    }
  }

  /// Carries the commands out and tells what that took.
  func measure(_ submissions: [Submission], callers: Int) async throws -> Sample {
    try await measured {
      try await byCallers(callers, count: submissions.count) { try await submit(submissions[$0]) }
    }
  }

  /// The company that the invoices name.
  static func buyer() throws -> Company {
    Company(
      id: Workload.place(0).company, displayName: "Nordlys Verksted AS",
      organisationNumber: try OrganisationNumber("923609016", country: .no), street: "",
      postalCode: "", town: "", createTime: Workload.sources.now())
  }

  private func submit(_ submission: Submission) async throws {
    let id = commands.sources.id(Payment.self), invoice = commands.sources.id(Invoice.self)
    let place = submission.place
    _ = try await commands.run(submission.call, at: place, subject: id) { context in
      let tx = context.transaction, reading = submission.reading
      let known = try PaymentTables.hasInvoice(
        of: reading.supplierKey, numbered: reading.numberKey, of: place, in: tx)
      let open = try PaymentTables.hasOpenItems(
        of: reading.supplierKey, besides: id, of: place, in: tx)
      return try PaymentRules.proposing(
        id, from: invoice, reading, sourceDigest: submission.digest, known: known,
        openItems: open)
    } apply: { context in
      try Blobs.store(
        submission.content, digest: submission.digest, of: place, in: context.transaction)
    } answer: { id, _ in
      id
    }
  }
}
