package import ArgumentParser
internal import Foundation
internal import Primitives

package struct SandboxCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "Turn the sandbox's clock and play its people and bank.",
    subcommands: [
      SandboxClockCommand.self, SandboxApproveCommand.self, SandboxDeclineCommand.self,
      SandboxOrdersCommand.self, SandboxMessagesCommand.self, SandboxExecutedCommand.self,
    ])
  package init() {}
}

struct SandboxOptions: ParsableArguments {
  @OptionGroup var globals: GlobalOptions

  @Option(name: .customLong("sandbox-url"), help: "Address of the sandbox. Default: the context's.")
  var address: String?

  /// Talks to the sandbox of the context.
  func withSandbox(
    _ body: (any SandboxPort, Surroundings) async throws -> Void
  ) async throws {
    let surroundings = Surroundings.current
    let (name, context) = try Contexts.load(surroundings.configuration).find(globals.context)
    let address = try context.sandboxAddress(address, named: name)
    try context.checkAuthority()
    try await surroundings.connector.withSandbox(at: address, authorityFile: context.ca) {
      try await body($0, surroundings)
    }
  }

  /// Prints an answer: as it came for programs, by the given way for people.
  func show(_ data: Data, _ surroundings: Surroundings, _ table: () throws -> String) throws {
    switch globals.output {
    case .json: surroundings.write(String(decoding: data, as: UTF8.self) + "\n")
    case .table: surroundings.write(try table())
    }
  }
}

extension Context {
  func sandboxAddress(_ given: String?, named name: String) throws(CLIError) -> String {
    guard let address = given ?? sandbox else {
      throw CLIError(
        .usage, "SANDBOX_MISSING", "the context \"\(name)\" has no sandbox",
        field: "--sandbox-url", mend: "bureau context set \(name) --sandbox https://HOST:PORT")
    }
    guard address.hasPrefix("https://"), address.count > 8 else {
      throw CLIError(
        .usage, "SANDBOX_ADDRESS", "\"\(address)\" does not begin with https://",
        field: "--sandbox-url")
    }
    return address.hasSuffix("/") ? String(address.dropLast()) : address
  }
}

struct SandboxClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "Show the sandbox's clock, or turn it forward.",
    discussion: "Every job that falls due on the way has run when the command ends.")

  @OptionGroup var sandbox: SandboxOptions
  @Option(help: ArgumentHelp("Turn to this moment: 2026-03-31T08:00:00Z.", valueName: "time"))
  var to: String?
  @Option(help: ArgumentHelp("Turn by this much: 2h, 1d.", valueName: "duration"))
  var advance: Span?

  func validate() throws {
    guard to == nil || advance == nil else {
      throw ValidationError("Give --to or --advance, not both.")
    }
    if let to, Instant(rfc3339: to) == nil {
      throw ValidationError("--to: \"\(to)\" is no time; write 2026-03-31T08:00:00Z.")
    }
  }

  private struct Turn: Encodable {
    var to: String?
    var advanceSeconds: Int?
  }

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      let isQuestion = to == nil && advance == nil
      let turn = isQuestion ? nil : Turn(to: to, advanceSeconds: advance?.seconds)
      let clock = try await port.decoded(SandboxClock.self, "/clock", turn)
      switch sandbox.globals.output {
      case .table: surroundings.write(clock.now.printable + "\n")
      case .json:
        surroundings.write(
          String(decoding: try JSONEncoder().encode(clock), as: UTF8.self) + "\n")
      }
    }
  }
}

struct SandboxApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Let a test person sign what waits for them.")

  @OptionGroup var sandbox: SandboxOptions
  @Argument(help: "National id of a test person; test data only.")
  var person: String
  @Option(help: "Text of the QR code that they scan; else every order that names them.")
  var qr: String?

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      let count = try await port.approve(person: person, qr: qr)
      let approved = count.approved ?? 0
      try sandbox.show(Data("{\"approved\":\(approved)}".utf8), surroundings) {
        "approved: \(approved)\n"
      }
      guard approved > 0 else {
        throw CLIError(.notFound, "SANDBOX_NO_ORDER", "no order waits for that person")
      }
    }
  }
}

struct SandboxDeclineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decline", abstract: "Let a test person say no to what waits for them.")

  @OptionGroup var sandbox: SandboxOptions
  @Argument(help: "National id of a test person; test data only.")
  var person: String
  @Option(help: "Text of the QR code that they scan; else every order that names them.")
  var qr: String?

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      var body = ["person": person]
      body["qr"] = qr
      let count = try await port.decoded(SandboxCount.self, "/bankid/decline", body)
      let declined = count.declined ?? 0
      try sandbox.show(Data("{\"declined\":\(declined)}".utf8), surroundings) {
        "declined: \(declined)\n"
      }
    }
  }
}

struct SandboxOrdersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orders", abstract: "Show the sandbox's BankID orders, as JSON.")

  @OptionGroup var sandbox: SandboxOptions

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      let data = try await port.call("/bankid/orders", nil)
      surroundings.write(String(decoding: data, as: UTF8.self) + "\n")
    }
  }
}

struct SandboxMessagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "messages", abstract: "Show the SMS and mail that the server sent.")

  @OptionGroup var sandbox: SandboxOptions

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      let data = try await port.call("/messages", nil)
      try sandbox.show(data, surroundings) {
        let answer = try SandboxJSON.read(SandboxMessages.self, from: data)
        var table = Table([
          .left("TO"), .left("SUBJECT"), .left("AGREEMENT"), .left("LINK SECRET"),
          .left("PAGE"),
        ])
        for message in answer.messages {
          table.add([
            message.to, message.subject ?? "", Show.id(message.agreement ?? ""),
            message.linkSecret ?? "", message.link ?? "",
          ])
        }
        return table.text
      }
    }
  }
}

struct SandboxExecutedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "executed", abstract: "Show what the sandbox's bank has paid, as JSON.")

  @OptionGroup var sandbox: SandboxOptions

  func run() async throws {
    try await sandbox.withSandbox { port, surroundings in
      let data = try await port.call("/bank/executed", nil)
      surroundings.write(String(decoding: data, as: UTF8.self) + "\n")
    }
  }
}
