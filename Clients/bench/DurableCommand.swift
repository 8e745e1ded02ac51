import BureauAPI
import CBenchReference
import Crypto
import Domain
import Engine
import EngineSQLite
import Formats
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf

/// `durable_command`: submitting a payment from an invoice that has been read, through
/// `Commands.run` as `ImportInvoice` does it. What is measured: the lock of the company's head,
/// access, idempotency, the rules (known invoice, open items), two facts with their hashes, their
/// projections, the document as a blob, and the commit that it shares with its neighbours.
struct DurableCommand: Sendable {
  let load: Load
  let folder: URL

  /// One command's input, made before the clock starts.
  private struct Submission: Sendable {
    var place: Place
    var call: Call
    var reading: InvoiceReading
    var content: [UInt8]
    var digest: [UInt8]
  }

  func measure() async throws -> Row {
    let own = folder.appending(path: "own.db").path(), plain = folder.appending(path: "c.db").path()
    let filled = try await Workload.open(own)
    try await Workload.fill(filled)
    await filled.close()
    try FileManager.default.copyItem(atPath: own, toPath: plain)

    let database = try await Workload.open(own)
    let group = GroupCommit(database)
    let commands = Commands(database: database, group: group, sources: Workload.sources)
    let caller = try await Workload.caller(database)
    guard let reference = Reference(plain) else { throw BenchError("no memory") }
    var c = Side("C SQLite", count: load.commands), server = Side("server", count: load.commands)
    // The first round of each warms up and does not count.
    for round in 0...load.rounds {
      let submissions = try (0..<load.commands).map {
        try Self.submission(round * load.commands + $0, caller)
      }
      let took = try await measured {
        try await byCallers(load.callers, count: load.commands) {
          try await Self.submit(submissions[$0], commands)
        }
      }
      try reference.load(from: own, count: load.commands)
      let plainTook = try await measured { try reference.write(batch: load.callers) }
      if round == 0 { continue }
      server.samples.append(took)
      c.samples.append(plainTook)
    }
    reference.close()
    let average = Double((load.rounds + 1) * load.commands) / Double(group.batches)
    await database.close()
    try Self.compare(own, plain)
    print(c.line, server.line, String(format: "  %.1f commands a commit", average), separator: "\n")
    return Row(
      "durable_command", server.rate, "commands/s", beside: "C SQLite, the same rows", c.rate,
      aim: 0.5)
  }

  private static func submission(_ number: Int, _ caller: Caller) throws -> Submission {
    let request = Workload.request(number), content = Array(request.content)
    let bytes: [UInt8] = try request.serializedBytes()
    let company = try buyer()
    return Submission(
      place: Workload.place(number),
      call: Call(
        method: Workload.method, caller: caller, requestID: request.requestID,
        digest: Call.digest(Workload.method, bytes)),
      reading: try InvoiceReading(
        UBLDocument.read(content), for: company,
        today: Workload.sources.now().date(in: .centralEuropean)),
      content: content, digest: Array(SHA256.hash(data: content)))
  }

  /// The company that the invoices name.
  private static func buyer() throws -> Company {
    Company(
      id: Workload.place(0).company, displayName: "Nordlys Verksted AS",
      organisationNumber: try OrganisationNumber("923609016", country: .no), street: "",
      postalCode: "", town: "", createTime: Workload.sources.now())
  }

  private static func submit(_ submission: Submission, _ commands: Commands) async throws {
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

  /// The two databases must hold the same rows in about as many bytes, or nothing was compared.
  private static func compare(_ own: String, _ plain: String) throws {
    var rows: Int64 = 0
    guard let difference = reference_difference(own, plain, &rows) else {
      throw BenchError("the databases cannot be compared")
    }
    let table = String(cString: difference)
    guard table.isEmpty else {
      throw BenchError("the table \(table) differs between the two sides")
    }
    let sizes = try [own, plain].map { path in
      try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
    guard abs(sizes[0] - sizes[1]) * 20 <= sizes[1] else {
      throw BenchError("the files' sizes differ: \(sizes[0]) and \(sizes[1]) bytes")
    }
    print("  both hold the same \(rows) rows, in \(sizes[0] >> 10) and \(sizes[1] >> 10) KiB")
  }
}

/// The C side; see `CBenchReference.h`.
private struct Reference {
  private let pointer: OpaquePointer

  init?(_ path: String) {
    guard let pointer = reference_open(path) else { return nil }
    self.pointer = pointer
  }

  /// Reads what the other database has more.
  func load(from path: String, count: Int) throws {
    let code = reference_load(pointer, path)
    guard code == 0, reference_count(pointer) == count else {
      throw BenchError("reference: loading failed with SQLite code \(code)")
    }
  }

  func write(batch: Int) throws {
    let code = reference_write(pointer, Int64(batch))
    guard code == 0 else { throw BenchError("reference: writing failed with SQLite code \(code)") }
  }

  func close() { reference_close(pointer) }
}
