package import ArgumentParser
internal import BureauAPI

package struct LoginCommand: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Log in with BankID: scan the code with your phone.")

  @OptionGroup var waiting: WaitOptions
  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run(with client: Client) async throws {
    var client = client
    client.token = nil
    let bureau = try client.bureau()
    let started = try await client.read(Identity.StartLogin.self) {
      $0.parent = bureau
      $0.eid = waiting.eid.message
    }
    let order = try await OrderWait(client: client, options: waiting)(started)
    guard !order.session.token.isEmpty else {
      throw CLIError(
        .internalError, "LOGIN_WITHOUT_SESSION", "the login is complete but brought no session")
    }
    try StoredSessions.set(
      StoredSession(
        token: order.session.token, displayName: order.session.displayName,
        expires: Show.time(order.session.expireTime)),
      for: client.contextName, in: client.surroundings.configuration)
    if client.surroundings.environment["BUREAU_TOKEN"]?.isEmpty == false {
      client.surroundings.note("BUREAU_TOKEN is set: commands use it, not this login")
    }
    // The token is for the file only, not for screens and logs.
    var session = order.session
    session.token = ""
    try client.show(session, .session(session))
  }
}

package struct LogoutCommand: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "End the session.")

  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run(with client: Client) async throws {
    let folder = client.surroundings.configuration
    var client = client
    client.token = try StoredSessions.load(folder)[client.contextName]?.token
    guard client.token != nil else {
      client.surroundings.note("nobody is logged in")
      return
    }
    let bureau = try client.bureau()
    do {
      _ = try await client.read(Identity.DeleteSession.self) { $0.name = "\(bureau)/sessions/-" }
    } catch let error as CLIError where error.ending == .notAllowed || error.ending == .notFound {
      client.surroundings.note("the session had ended already")
    }
    try StoredSessions.set(nil, for: client.contextName, in: folder)
  }
}

package struct WhoamiCommand: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "whoami", abstract: "Show who is logged in.")

  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let session = try await client.read(Identity.GetSession.self) {
      $0.name = "\(bureau)/sessions/-"
    }
    try client.show(session, .session(session))
    // Under the user's name, as people look for it.
    if let company = client.context.company, client.output == .table {
      let found = try await client.read(Tenancy.GetCompany.self) { $0.name = company }
      client.surroundings.write(Details.company(inUse: found).text)
    }
  }
}

extension Details {
  static func company(inUse company: Bureau_V1_Company) -> Details {
    var details = Details()
    details.add("company", "\(company.displayName) (\(company.organisationNumber))")
    if company.state != .active { details.add("state", Show.state(company.state)) }
    return details
  }

  static func session(_ session: Bureau_V1_Session) -> Details {
    var details = Details()
    details.add("user", session.user)
    details.add("display name", session.displayName)
    details.add("expires", Show.time(session.expireTime))
    return details
  }
}
