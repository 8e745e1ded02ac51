import ArgumentParser
import Foundation
import Logging
import Primitives
import Server
import ServiceLifecycle

/// The operator's word on agreements that are held for review by hand.
struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Decides on agreements that are held for review; a server must run in the same home.",
    discussion: """
      The partner decides; this is for when its own way is broken. No user of a bureau can do it. \
      The decision is a fact with the operator's name, and the agreement goes on as it would have \
      by the partner's word.
      """,
    subcommands: [ReviewList.self, ReviewApprove.self, ReviewReject.self])
}

struct ReviewOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(help: "How many seconds to wait for the server's answer.")
  var wait = 15

  @Option(help: "Who decides, as it shall stand in the journal; the system's user if left out.")
  var `operator`: String?

  var who: String { `operator` ?? NSUserName() }

  func validate() throws {
    guard 1...600 ~= wait else { throw ValidationError("--wait takes 1 to 600 seconds") }
  }

  func ask(_ request: OperatorRequest) async throws -> OperatorAnswer {
    let folder = OperatorFolder(home: try common.load().home)
    let id = UUID().uuidString.lowercased()
    try folder.ask(request, id: id)
    for _ in 0..<(wait * 10) {
      if let answer = try folder.answer(to: id) {
        if let refused = answer.refused {
          FileHandle.standardError.write(Data("refused: \(refused)\n".utf8))
          throw ExitCode.failure
        }
        return answer
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    folder.withdraw(id)
    FileHandle.standardError.write(
      Data("no server answered within \(wait) seconds; nothing was decided\n".utf8))
    throw ExitCode.failure
  }
}

struct ReviewList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Shows the agreements that are held, with why.")

  @OptionGroup var options: ReviewOptions

  func run() async throws {
    let held = try await options.ask(OperatorRequest(verb: "list")).held ?? []
    for item in held {
      print(item.agreement)
      print("  company: \(item.company.plainLine)")
      print("  bank: \(item.bank)")
      print("  reasons: \(item.reasons.map(\.plainLine).joined(separator: ", "))")
      print("  since: \(item.since), usually done by \(item.expected)")
    }
    if held.isEmpty { print("nothing is held") }
  }
}

struct ReviewApprove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Lets a held agreement pass.")

  @Argument(help: "The agreement, as `review list` names it.") var agreement: String
  @Option(help: "What was looked at; kept for good.") var note: String = ""
  @OptionGroup var options: ReviewOptions

  func run() async throws {
    let answer = try await options.ask(
      OperatorRequest(verb: "approve", agreement: agreement, text: note, by: options.who))
    print("state: \(answer.state ?? "")")
  }
}

struct ReviewReject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Rejects a held agreement for good.")

  @Argument(help: "The agreement, as `review list` names it.") var agreement: String
  @Option(help: "Why; the bureau reads it.") var reason: String
  @OptionGroup var options: ReviewOptions

  func run() async throws {
    let answer = try await options.ask(
      OperatorRequest(verb: "reject", agreement: agreement, text: reason, by: options.who))
    print("state: \(answer.state ?? "")")
  }
}

/// Answers the operator while the server runs.
struct OperatorService: Service {
  let folder: OperatorFolder
  let desk: ReviewDesk
  let logger: Logger

  func run() async throws {
    try folder.open()
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await folder.serve(desk) } catch {
          logger.error(
            "an operator's request failed",
            metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
        }
        try? await Task.sleep(for: .milliseconds(300))
      }
    }
  }
}
