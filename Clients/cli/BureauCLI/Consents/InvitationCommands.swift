internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct ConsentInvite: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Send a user a link to give consent by, without a login.",
    discussion: "An earlier link to the same user for the same bank stops working.")

  @Argument(help: "The user: name, mail address or id.") var user: String
  @Option(help: "The bank: seb, handelsbanken, nordea-no, dnb, …") var bank: String
  @Option(help: "Their mobile number: +46701234567.") var mobile: String = ""
  @Option(help: "Their mail address; the user's own where neither is given.")
  var email: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company(), user = try await client.user(user)
    let invitation = try await client.write(Consents.CreateConsentInvitation.self, options) {
      $0.parent = company
      $0.consentInvitation = .with {
        $0.user = user
        $0.bank = bank
        $0.mobile = mobile
        $0.email = email
      }
    }
    try client.show(invitation, .invitation(invitation))
  }
}

struct ConsentInvitations: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "invitations", abstract: "Show the links that were sent for consents.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let invitations = try await client.list(
      Consents.ListConsentInvitations.self, of: company, limit: list.limit,
      \.consentInvitations
    ) { past.fill(&$0) }
    try client.show(invitations, as: "consent_invitations", .invitations(invitations))
  }
}

struct ConsentSign: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Give your consent by the link that was sent to you.",
    discussion: "No login is needed: the secret of the link stands for it.")

  @Argument(help: "The invitation: id or resource name.") var invitation: String
  @OptionGroup var link: LinkOptions
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: link.linkSecretFile)
    let name = try await client.child(invitation, of: "consentInvitations")
    let started = try await client.read(Consents.StartInvitedConsent.self) {
      $0.name = name
      $0.linkSecret = secret
      $0.eid = waiting.eid.message
    }
    let order = try await OrderWait(client: client, options: waiting)(started)
    try client.show(order, .order(order))
  }
}

struct ConsentRead: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Read the consent that a link asks for.")

  @Argument(help: "The invitation: id or resource name.") var invitation: String
  @OptionGroup var link: LinkOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: link.linkSecretFile)
    let name = try await client.child(invitation, of: "consentInvitations")
    let offer = try await client.read(Consents.OpenConsentLink.self) {
      $0.name = name
      $0.linkSecret = secret
    }
    var details = Details()
    details.add("name", offer.name)
    details.add("company", offer.companyDisplayName)
    details.add("bank", offer.bankDisplayName)
    details.add("for", offer.userDisplayName)
    details.add("link ends", Show.time(offer.expireTime))
    try client.show(offer, details)
    if client.output == .table {
      client.surroundings.write("\n" + offer.text.printableLines + "\n")
    }
  }
}

struct ConsentDecline: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "decline", abstract: "Decline the consent that a link asks for.")

  @Argument(help: "The invitation: id or resource name.") var invitation: String
  @Option(help: "Why; the bureau reads it.") var reason: String
  @OptionGroup var link: LinkOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: link.linkSecretFile)
    let name = try await client.child(invitation, of: "consentInvitations")
    let declined = try await client.write(Consents.DeclineConsentInvitation.self, options) {
      $0.name = name
      $0.linkSecret = secret
      $0.reason = reason
    }
    try client.show(declined, .invitation(declined))
  }
}

struct ConsentMarks: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "marks",
    abstract: "Show the two marks of each user of the company: agreement and own consent.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let marks = try await client.read(Consents.GetConnectionMarks.self) {
      $0.parent = company
      past.fill(&$0)
    }
    switch client.output {
    case .table: client.surroundings.write(Table.marks(marks).text)
    case .json: client.surroundings.write(try Client.json(marks) + "\n")
    }
  }
}

extension Table {
  static func invitations(_ invitations: [Bureau_V1_ConsentInvitation]) -> Table {
    var table = Table([
      .left("ID"), .left("STATE"), .left("BANK"), .left("USER"), .left("ENDS"), .left("NOTE"),
    ])
    for item in invitations {
      table.add([
        Show.id(item.name), Show.state(item.state), item.bank, Show.id(item.user),
        Show.time(item.expireTime), item.note,
      ])
    }
    return table
  }

  static func marks(_ marks: Bureau_V1_ConnectionMarks) -> Table {
    var table = Table([
      .left("USER"), .left("AGREEMENT"), .left("OWN CONSENT"), .left("BANKS"), .left("UNTIL"),
    ])
    for item in marks.users {
      table.add([
        item.displayName, item.integration ? "green" : "red", item.consent ? "green" : "red",
        item.banks.joined(separator: ", "), Show.time(item.consentExpireTime),
      ])
    }
    return table
  }
}

extension Details {
  static func invitation(_ invitation: Bureau_V1_ConsentInvitation) -> Details {
    var details = Details()
    details.add("name", invitation.name)
    details.add("state", Show.state(invitation.state))
    details.add("bank", invitation.bank)
    details.add("user", invitation.user)
    details.add("ends", Show.time(invitation.expireTime))
    details.add("note", invitation.note)
    return details
  }
}
