package import ArgumentParser
internal import GRPCCore
internal import Foundation

/// The whole command line: `bureau NOUN VERB`.
package struct BureauCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "bureau", abstract: "Pay suppliers from an accounting bureau.",
    discussion: "Data goes to stdout, everything else to stderr; README.md lists the exit codes.",
    subcommands: [
      ContextCommand.self, InitCommand.self, LoginCommand.self, LogoutCommand.self,
      WhoamiCommand.self, DoctorCommand.self, CompanyCommand.self, UserCommand.self,
      RoleCommand.self, AccessCommand.self, TokenCommand.self, SessionCommand.self,
      LicenceCommand.self, PackageCommand.self, KeyCommand.self, PolicyCommand.self,
      ReminderCommand.self,
      BankCommand.self, AgreementCommand.self,
      ConsentCommand.self,
      SupplierCommand.self, OpenItemCommand.self, InvoiceCommand.self, SalaryCommand.self,
      PaymentCommand.self, TransferCommand.self,
      StatementCommand.self,
      VoucherCommand.self, OnboardCommand.self, BoardCommand.self, AuditCommand.self,
      SandboxCommand.self,
    ])
  package init() {}
}

/// Runs command lines; the process and the tests go through here alike.
package enum CommandLineProgram {
  /// Parses and runs one command line (without the program's name); returns the exit code.
  package static func run(
    _ arguments: [String], in surroundings: Surroundings
  ) async -> Int32 {
    await Surroundings.$current.withValue(surroundings) {
      do {
        var command = try BureauCommand.parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
        return Ending.done.rawValue
      } catch {
        return report(error, for: arguments, in: surroundings).rawValue
      }
    }
  }

  /// Tells what went wrong, on stderr; help and versions that were asked for go to stdout.
  private static func report(
    _ error: any Error, for arguments: [String], in surroundings: Surroundings
  ) -> Ending {
    if let failure = failure(error) {
      surroundings.note(wantsJSON(arguments) ? failure.json : failure.text)
      return failure.ending
    }
    if let ending = error as? Ending { return ending }
    let text = BureauCommand.fullMessage(for: error)
    if BureauCommand.exitCode(for: error).isSuccess {
      if !text.isEmpty { surroundings.write(text + "\n") }
      return .done
    }
    if wantsJSON(arguments) {
      surroundings.note(CLIError(.usage, "USAGE", BureauCommand.message(for: error)).json)
    } else if !text.isEmpty {
      surroundings.note(text)
    }
    return .usage
  }

  /// The error as ours; nil where it is the argument parser's.
  private static func failure(_ error: any Error) -> CLIError? {
    switch error {
    case let error as CLIError: error
    case let error as RPCError: CLIError(error)
    case is Ending: nil
    case is CancellationError:
      CLIError(.unavailable, "CANCELLED", "cancelled")
    default:
      // Only the parser's errors carry an exit code of their own.
      BureauCommand.exitCode(for: error) == .failure
        ? CLIError(.internalError, "INTERNAL", "\(error)") : nil
    }
  }

  /// Whether errors are for a program: the options may not have been parsed when one appears.
  static func wantsJSON(_ arguments: [String]) -> Bool {
    let options = arguments.prefix { $0 != "--" }
    return options.contains { ["-ojson", "-o=json", "--output=json"].contains($0) }
      || zip(options, options.dropFirst()).contains {
        ["-o", "--output"].contains($0.0) && $0.1 == "json"
      }
  }
}

extension Ending: Error {}
