import Foundation
import Subprocess
import SystemPackage

/// The two programs that the demo drives, found beside its own.
struct Programs: Sendable {
  let bureau: FilePath
  let bureaud: FilePath

  init() throws {
    guard let own = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
      throw DemoError("cannot find out where the programs are")
    }
    let folder = own.deletingLastPathComponent()
    let paths = ["bureau", "bureaud"].map { folder.appending(path: $0).path }
    for path in paths where !FileManager.default.isExecutableFile(atPath: path) {
      throw DemoError("\(path) is missing: run `make build`")
    }
    bureau = FilePath(paths[0])
    bureaud = FilePath(paths[1])
  }
}

/// What the command line refused, as it said so.
struct Refused: Error, CustomStringConvertible, Decodable {
  let reason: String
  let message: String
  let field: String?

  var description: String {
    "\(reason): \(message)" + (field.map { " (field \($0))" } ?? "")
  }

  /// Reads the line that the program writes for other programs: {"error": {…}}.
  init?(notes: String) {
    let line = notes.split(separator: "\n").last { $0.hasPrefix("{\"error\"") }
    guard let line,
      let answer = try? JSONDecoder().decode([String: Refused].self, from: Data(line.utf8)),
      let refused = answer["error"]
    else { return nil }
    self = refused
  }
}

/// What a command answered: data on its stdout, words for people on its stderr.
struct CommandAnswer: Sendable {
  let output: String
  let notes: String

  func decoded<Value: Decodable>(_: Value.Type = Value.self) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(output.utf8))
    } catch {
      throw DemoError("an answer of bureau is not understood: \(output.prefix(300)): \(error)")
    }
  }
}

/// One person at the command line `bureau`, with contexts and sessions of their own.
struct Person: Sendable {
  let name: String
  /// A test number of the sandbox.
  let nationalID: String
  let programs: Programs
  /// Holds their contexts and sessions (BUREAU_CONFIG).
  let configuration: String

  var firstName: String { String(name.split(separator: " ").first ?? "") }

  private static let outputBytes = 64 << 20
  private static let seconds = 300
  /// Exit codes that still bring an answer: done, and some of several failed.
  private static let answering: Set<Int32> = [0, 1]

  /// Runs `bureau ARGUMENTS -o json`. Throws `Refused` for what the server refuses.
  /// `draws`: the code to scan goes to the terminal, if this is one.
  func bureau(
    _ arguments: String..., input: String = "", draws: Bool = false
  ) async throws -> CommandAnswer {
    try await bureau(arguments, input: input, draws: draws)
  }

  /// `json`: off for the few commands that answer nothing.
  func bureau(
    _ arguments: [String], input: String = "", json: Bool = true, draws: Bool = false
  ) async throws -> CommandAnswer {
    let arguments = arguments + (json ? ["-o", "json"] : [])
    let command = "bureau \(arguments.prefix(2).joined(separator: " "))"
    let (status, answer) = try await within(seconds: Self.seconds, command) {
      draws && isatty(STDERR_FILENO) == 1
        ? try await drawing(arguments, input) : try await quiet(arguments, input)
    }
    guard case .exited(let code) = status else { throw DemoError("\(command) \(status)") }
    if Self.answering.contains(code), code == 0 || !answer.output.isEmpty { return answer }
    if let refused = Refused(notes: answer.notes) { throw refused }
    throw DemoError("\(command) ended with \(code): \(answer.notes.suffix(500))")
  }

  private func quiet(
    _ arguments: [String], _ input: String
  ) async throws -> (TerminationStatus, CommandAnswer) {
    let result = try await Subprocess.run(
      .path(programs.bureau), arguments: Arguments(arguments),
      environment: environment, platformOptions: ended, input: .string(input),
      output: .string(limit: Self.outputBytes), error: .string(limit: Self.outputBytes))
    return (
      result.terminationStatus,
      CommandAnswer(output: result.standardOutput, notes: result.standardError)
    )
  }

  private func drawing(
    _ arguments: [String], _ input: String
  ) async throws -> (TerminationStatus, CommandAnswer) {
    let result = try await Subprocess.run(
      .path(programs.bureau), arguments: Arguments(arguments),
      environment: environment, platformOptions: ended, input: .string(input),
      output: .string(limit: Self.outputBytes), error: .currentStandardError)
    return (result.terminationStatus, CommandAnswer(output: result.standardOutput, notes: ""))
  }

  private var environment: Environment {
    .inherit.updating(["BUREAU_CONFIG": configuration, "BUREAU_TOKEN": nil, "NO_COLOR": "1"])
  }

  private var ended: PlatformOptions {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
    return options
  }
}
