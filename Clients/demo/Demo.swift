import ArgumentParser
import Dispatch
import Foundation
import Primitives

/// A supplier's invoice becomes a paid and posted payment, told step by step.
@main
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bureau-demo",
    abstract: "Drive a sandbox from suppliers' invoices to posted vouchers, and check the result.",
    discussion: "Uses the programs bureau and bureaud beside it, as a person would.")

  @Option(help: "Folder with invoices (*.xml). Default: ten of the demo's own.")
  var invoices: String?

  @Option(
    help:
      "The sandbox's first moment: 2026-03-02T08:00:00Z. Default: that one; now, if --invoices is given."
  )
  var at: String?

  @Option(help: "Folder for what the run leaves. Only .demo is emptied; another must be empty.")
  var into = ".demo"

  /// The morning on which the demo's own invoices lie on the desk.
  private static let firstMoment = "2026-03-02T08:00:00Z"

  func validate() throws {
    if let at, Instant(rfc3339: at) == nil {
      throw ValidationError("--at: \"\(at)\" is no time; write \(Self.firstMoment).")
    }
  }

  func run() async throws {
    let story = Task { try await play() }
    // The daemon is stopped by the cancelled task; a second signal ends this program at once.
    let signals = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        signal(number, SIG_DFL)
        story.cancel()
      }
      source.resume()
      return source
    }
    defer { signals.forEach { $0.cancel() } }
    do {
      try await story.value
    } catch {
      Teller.complain("demo: failed: \(error)")
      throw ExitCode.failure
    }
  }

  private func play() async throws {
    let files = try InvoiceFile.all(in: invoices ?? "Clients/demo/invoices")
    let keep = try Keep(into)
    let start = at ?? (invoices == nil ? Self.firstMoment : Self.now())
    let programs = try Programs()
    do {
      try await Daemon.run(programs, keep: keep, at: start) { sandbox in
        var story = try Story(sandbox: sandbox, programs: programs, keep: keep, files: files)
        try await story.tell()
      }
    } catch {
      keep.finish()
      if let log = keep.endOfLog() { Teller.complain("The server's last words:\n\(log)") }
      throw error
    }
    keep.finish()
    try Teller.end(files: files.count, keep: keep)
  }

  private static func now() -> String {
    let seconds = Int64(Date().timeIntervalSince1970)
    return Instant(microseconds: seconds * 1_000_000).rfc3339
  }
}

/// Why the demo could not go on.
struct DemoError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Runs `body`, but no longer than `seconds`; `what` says what took too long.
func within<Value: Sendable>(
  seconds: Int, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let value = first else {
      throw DemoError("\(what) took longer than \(seconds) s")
    }
    return value
  }
}
