import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import Testing

/// Importing several files: one stream, sent again where it breaks.
@Suite struct InvoiceCommandTests {
  /// A rig with a folder of invoices `0.xml`, `1.xml`, … and one file that is no invoice.
  private func rig(files count: Int) throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    try FileManager.default.createDirectory(
      at: rig.folder.appendingPathComponent("in"), withIntermediateDirectories: true)
    for number in 0..<count { try rig.write("in/\(number).xml", "invoice \(number)") }
    try rig.write("in/notes.txt", "not for the server")
    return rig
  }

  private static func taken(
    _ request: Bureau_V1_ImportInvoiceRequest
  ) -> Bureau_V1_ImportInvoicesResponse {
    .with {
      $0.requestID = request.requestID
      $0.payment.name =
        "\(CommandRig.company)/payments/\(String(decoding: request.content, as: UTF8.self))"
      $0.payment.state = .proposalComplete
    }
  }

  @Test func `a folder stands for the xml files in it`() async throws {
    let rig = try rig(files: 3)
    rig.wire.on(Payments.ImportInvoices.self) { Self.taken($0) }
    #expect(await rig.run("invoice", "import", rig.path("in")) == 0)
    let contents = rig.wire.requests(of: Payments.ImportInvoices.self).map(\.content)
    #expect(contents == (0..<3).map { Data("invoice \($0)".utf8) })
    #expect(rig.output.contains("in/2.xml"))
    #expect(!rig.output.contains("notes.txt"))
  }

  @Test func `a folder without invoices is refused`() async throws {
    let rig = try rig(files: 0)
    #expect(await rig.run("invoice", "import", rig.path("in")) == 6)
    #expect(rig.notes.first?.contains("has no .xml files") == true)
  }

  @Test func `a stream that breaks is taken up where it broke`() async throws {
    let rig = try rig(files: 10)
    let calls = Mutex(0)
    rig.wire.on(Payments.ImportInvoices.self) { request in
      let number = calls.withLock { calls in
        calls += 1
        return calls
      }
      // Twice the connection is lost, each time when some files are through.
      if number == 4 || number == 7 { throw RPCError(code: .unavailable, message: "lost") }
      return Self.taken(request)
    }
    #expect(await rig.run("invoice", "import", rig.path("in")) == 0)
    let contents = rig.wire.requests(of: Payments.ImportInvoices.self).map {
      String(decoding: $0.content, as: UTF8.self)
    }
    #expect(contents.count == 12)
    #expect(Set(contents).count == 10)
    // What had a result was not sent again.
    for number in [0, 1, 2, 4, 9] { #expect(contents.count { $0 == "invoice \(number)" } == 1) }
    #expect(rig.notes.first?.contains("trying again with 7 of 10 in 0.2 s") == true)
    // What gets on renews the patience.
    #expect(rig.pauses == [.milliseconds(200), .milliseconds(200)])
  }

  @Test func `a server that stays away is given up in time, and the exit code tells`() async throws
  {
    let rig = try rig(files: 2)
    rig.wire.on(Payments.ImportInvoices.self) { _ in
      throw RPCError(code: .unavailable, message: "away")
    }
    #expect(await rig.run("invoice", "import", rig.path("in"), "--retry", "1") == 1)
    // At 0, 0.2 and 0.6 s; the next would be after more than a second.
    #expect(rig.wire.requests(of: Payments.ImportInvoices.self).count == 3)
    #expect(rig.output.contains("UNAVAILABLE"))
    #expect(rig.output.contains("NO_RESULT"))
  }

  @Test func `a file that the server was too busy for is sent again`() async throws {
    let rig = try rig(files: 3)
    let isBusy = Mutex(true)
    rig.wire.on(Payments.ImportInvoices.self) { request in
      guard String(decoding: request.content, as: UTF8.self) == "invoice 1",
        isBusy.withLock({ busy in
          defer { busy = false }
          return busy
        })
      else { return Self.taken(request) }
      return .with {
        $0.requestID = request.requestID
        $0.error.code = Int32(RPCError.Code.unavailable.rawValue)
      }
    }
    #expect(await rig.run("invoice", "import", rig.path("in")) == 0)
    #expect(rig.wire.requests(of: Payments.ImportInvoices.self).count == 4)
  }

  @Test func `a refusal of the stream is not tried again`() async throws {
    let rig = try rig(files: 2)
    rig.wire.on(Payments.ImportInvoices.self) { _ in
      throw RPCError(code: .unauthenticated, message: "the session has ended")
    }
    #expect(await rig.run("invoice", "import", rig.path("in")) == 1)
    #expect(rig.wire.requests(of: Payments.ImportInvoices.self).count == 1)
    #expect(rig.notes.contains { $0.contains("bureau login") })
  }

  @Test func `the same file twice is one request, answered for both`() async throws {
    let rig = try rig(files: 1)
    rig.wire.on(Payments.ImportInvoices.self) { Self.taken($0) }
    let file = rig.path("in/0.xml")
    #expect(await rig.run("invoice", "import", file, file) == 0)
    #expect(Set(rig.wire.requests(of: Payments.ImportInvoices.self).map(\.requestID)).count == 1)
    #expect(rig.output.split(separator: "\n").count { $0.contains("PROPOSAL_COMPLETE") } == 2)
  }

  @Test func `a terminal sees how far it is, a pipe does not`() async throws {
    let rig = try rig(files: 4)
    rig.wire.on(Payments.ImportInvoices.self) { Self.taken($0) }
    #expect(await rig.run("invoice", "import", rig.path("in")) == 0)
    #expect(rig.notes == [])
    #expect(await rig.run("invoice", "import", rig.path("in"), noteWidth: 80) == 0)
    #expect(rig.notes.first == "\r\u{1B}[2K[#####...............] 1 of 4")
    #expect(rig.notes.last == "\u{1B}[1A\r\u{1B}[2K[####################] 4 of 4")
  }
}
