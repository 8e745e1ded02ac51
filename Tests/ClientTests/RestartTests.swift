// A server that is restarted while its clients work: each call is done, once.

import Dispatch
import Foundation
import Synchronization
import Testing

@Suite(.serialized) struct RestartTests {
  /// Clients that work at the same time, and what each does.
  private static let workers = 3
  private static let invoices = 10
  private static let restarts = 2

  private let invoice = Program.root.appending(path: "Clients/demo/invoices/01-elbolaget-kid.xml")

  /// An invoice of its own number.
  private func file(_ number: String, in folder: URL) throws -> URL {
    let text = try String(contentsOf: invoice, encoding: .utf8)
    let id = try #require(text.firstMatch(of: /<cbc:ID>[^<]*<\/cbc:ID>/)).range
    let file = folder.appending(path: "invoice-\(number).xml")
    try Data(text.replacingCharacters(in: id, with: "<cbc:ID>\(number)</cbc:ID>").utf8)
      .write(to: file)
    return file
  }

  /// Imports one invoice as a script does; returns the payment's name.
  private func imported(
    _ number: String, _ sandbox: Sandbox, _ company: String, _ secret: String
  ) throws -> String {
    struct Answer: Decodable {
      struct Payment: Decodable { var name: String }
      var payment: Payment
    }
    let output = try sandbox.bureau(
      [
        "invoice", "import", try file(number, in: sandbox.folder).path, "--company", company,
        "--retry", "60s", "-o", "json",
      ], environment: ["BUREAU_TOKEN": secret])
    let answers = try JSONDecoder().decode([Answer].self, from: Data(output.utf8))
    return try #require(answers.first).payment.name
  }

  /// The names of all payments of the company.
  private func stored(_ sandbox: Sandbox, _ company: String, _ secret: String) throws -> [String] {
    struct List: Decodable {
      struct Payment: Decodable { var name: String }
      var payments: [Payment]
    }
    let output = try sandbox.bureau(
      ["payment", "list", "--company", company, "-o", "json"],
      environment: ["BUREAU_TOKEN": secret])
    return try JSONDecoder().decode(List.self, from: Data(output.utf8)).payments.map(\.name)
  }

  @Test func `a restart under load fails no call, and each is done once`() throws {
    try Sandbox.run { sandbox in
      let (company, tokenFile) = try sandbox.found()
      let secret = try String(contentsOf: tokenFile, encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      let acknowledged = Mutex<[String]>([]), failures = Mutex<[String]>([])
      let progress = DispatchSemaphore(value: 0), work = DispatchGroup()
      for worker in 1...Self.workers {
        // Threads of their own: waiting for programs is not for tasks.
        work.enter()
        Thread {
          for number in 1...Self.invoices {
            do {
              let name = try imported("\(worker)-\(number)", sandbox, company, secret)
              acknowledged.withLock { $0.append(name) }
            } catch { failures.withLock { $0.append("\(error)") } }
            progress.signal()
          }
          work.leave()
        }.start()
      }
      for _ in 0..<Self.restarts {
        for _ in 0..<(Self.workers * Self.invoices / (Self.restarts + 1)) {
          try #require(progress.wait(timeout: .now() + 600) == .success)
        }
        let (status, log) = sandbox.stop()
        #expect(status == 0)
        #expect(log.contains("shutting down"))
        // An orderly end has nothing to complain of.
        #expect(
          !log.contains(" error ") && !log.contains("CancellationError"), "\(log.suffix(900))")
        try sandbox.startAgain()
      }
      try #require(work.wait(timeout: .now() + 600) == .success)
      #expect(failures.withLock { $0 } == [])
      let names = acknowledged.withLock { $0 }
      #expect(names.count == Self.workers * Self.invoices)
      #expect(Set(names).count == names.count)
      #expect(try stored(sandbox, company, secret).sorted() == names.sorted())
      // What was acknowledged before is answered as it was, and not done again.
      #expect(names.contains(try imported("1-1", sandbox, company, secret)))
      #expect(try stored(sandbox, company, secret).count == names.count)
    }
  }

  @Test func `a call made while the server is down is done when it is up again`() throws {
    try Sandbox.run { sandbox in
      let (company, tokenFile) = try sandbox.found()
      let secret = try String(contentsOf: tokenFile, encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(sandbox.stop().status == 0)
      let told = Told(awaiting: "trying again"), notes = Pipe(), process = Process()
      let executable: URL = try #require(Program.product("bureau"))
      process.executableURL = executable
      process.arguments = [
        "invoice", "import", try file("down-1", in: sandbox.folder).path, "--company", company,
        "--retry", "60s",
      ]
      process.environment = ProcessInfo.processInfo.environment.merging([
        "BUREAU_CONFIG": sandbox.folder.appending(path: "config").path, "BUREAU_TOKEN": secret,
      ]) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = notes
      notes.fileHandleForReading.readabilityHandler = told.take
      try process.run()
      told.wait(seconds: 60)
      #expect(told.text.contains("the server is unavailable; trying again in 0.2 s"))
      try sandbox.startAgain()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(told.text)")
      #expect(try stored(sandbox, company, secret).count == 1)
    }
  }
}
