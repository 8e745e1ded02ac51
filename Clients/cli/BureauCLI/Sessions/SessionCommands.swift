package import ArgumentParser
internal import BureauAPI

package struct SessionCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "session", abstract: "Who is logged in where.",
    subcommands: [SessionList.self, SessionEnd.self, SessionEndAll.self])
  package init() {}
}

struct SessionList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show your live sessions, or another's.")

  @Option(help: "A user's: name, mail address or id. For customer administrators.")
  var user: String?
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent =
      if let user { try await client.user(user) } else { try client.bureau() + "/users/-" }
    let sessions = try await client.list(
      Identity.ListSessions.self, of: parent, limit: list.limit, \.sessions)
    var table = Table([.left("ID"), .left("STARTED"), .left("LAST USED"), .left("ENDS"), .left("")])
    for session in sessions {
      table.add([
        Show.id(session.name), Show.time(session.startTime), Show.time(session.lastUseTime),
        Show.time(session.expireTime), session.current ? "this one" : "",
      ])
    }
    try client.show(sessions, as: "sessions", table)
  }
}

struct SessionEnd: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "end", abstract: "End one of your own sessions.")

  @Argument(help: "The session: its id or resource name.") var session: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try client.bureauChild(session, of: "sessions")
    let ended = try await client.read(Identity.DeleteSession.self) { $0.name = name }
    try client.show(ended, .session(ended))
  }
}

struct SessionEndAll: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "end-all", abstract: "End all sessions of a user, at once.",
    discussion: "The user may log in again; to keep somebody out, take the roles away too.")

  @Option(help: "The user: name, mail address or id.") var user: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.user(user)
    let ended = try await client.write(Identity.EndSessions.self, options) { $0.name = name }
    var details = Details()
    details.add("user", ended.name)
    try client.show(ended, details)
  }
}
