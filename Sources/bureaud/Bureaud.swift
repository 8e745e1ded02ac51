import ArgumentParser

/// The daemon: configuration → wiring → run.
@main
struct Bureaud: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bureaud",
    abstract: "The Bureau server.",
    subcommands: [
      InitCommand.self, ServeCommand.self, SandboxCommand.self, ConfigCommand.self,
      RebuildCommand.self, VerifyCommand.self, AuditCommand.self, BackupCommand.self,
      RestoreCommand.self, SecretsCommand.self, ReviewCommand.self,
    ])
}
