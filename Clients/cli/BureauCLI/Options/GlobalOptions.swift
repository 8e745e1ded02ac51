package import ArgumentParser
internal import BureauAPI

/// Options of every command.
package struct GlobalOptions: ParsableArguments {
  @Option(help: "The context to work in; `bureau context list` shows them.")
  package var context: String?

  @Option(
    name: .customLong("company"),
    help: ArgumentHelp(
      "The company: its name, organisation number or id. Default: the context's.",
      valueName: "company"))
  package var companies: [String] = []

  /// The first of them; commands for one company take no more.
  package var company: String? { companies.first }

  @Option(name: [.customShort("o"), .long], help: "How to print the answer.")
  package var output: OutputFormat = .table

  @Option(
    help: ArgumentHelp(
      "How long one call may take.", valueName: "duration"))
  package var timeout: Span = Span(seconds: 30)

  @Option(
    help: ArgumentHelp(
      "How long to go on asking a server that is away or has too much to do.",
      valueName: "duration"))
  package var retry: Span = Patience.standard

  package init() {}
}

package enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, json
}

/// Options of every command that changes something.
package struct WriteOptions: ParsableArguments {
  @Flag(help: "Check everything and change nothing.")
  package var dryRun = false

  @Option(
    name: .customLong("request-id"),
    help: "Repeat with the same id to get the same answer, done once. Default: a fresh one.")
  package var requestID: String?

  package init() {}
}

/// Options of a list.
package struct ListOptions: ParsableArguments {
  @Option(help: "At most this many.")
  package var limit: Int = 1000

  package init() {}

  package func validate() throws {
    guard 1...100_000 ~= limit else {
      throw ValidationError("--limit must be between 1 and 100000.")
    }
  }
}

/// Options of a command that waits for a person with BankID.
package struct WaitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How long to wait for the person.", valueName: "duration"))
  package var wait: Span = Span(seconds: 180)

  @Flag(help: "Print the link that starts BankID on this device.")
  package var autoStart = false

  @Option(
    name: .customLong("sandbox-person"),
    help: "Let this test person of the sandbox scan the code and sign; for scripts.")
  package var sandboxPerson: String?

  @Option(help: "Which electronic identity; the server's first where left out.")
  package var eid: EidChoice?

  package init() {}
}

/// Electronic identities, as they are typed.
package enum EidChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case bankIDSE = "bankid-se"
  case bankIDNO = "bankid-no"
}

extension EidChoice? {
  var message: Bureau_V1_Eid {
    switch self {
    case nil: .unspecified
    case .bankIDSE: .bankidSe
    case .bankIDNO: .bankidNo
    }
  }
}

/// A length of time as it is typed: `45`, `45s`, `2m`, `3h`, `1d`.
package struct Span: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
  /// Between 1 and 3,660 days' worth.
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  package init?(argument: String) {
    var digits = argument[...]
    let unit =
      switch digits.last {
      case "s": 1
      case "m": 60
      case "h": 3600
      case "d": 86400
      default: 0
      }
    if unit > 0 { digits.removeLast() }
    guard let count = Int(digits), count > 0, digits.allSatisfy(\.isNumber) else { return nil }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: max(unit, 1))
    guard !overflow, seconds <= 3660 * 86400 else { return nil }
    self.seconds = seconds
  }

  package var duration: Duration { .seconds(seconds) }
  package var description: String { "\(seconds)s" }
  package var defaultValueDescription: String { description }
}
