internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct PhoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phone", abstract: "The phone number in one's own profile.",
    subcommands: [PhoneGet.self, PhoneSet.self, PhoneSendCode.self, PhoneConfirm.self])
}

struct PhoneGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show a phone number and whether it is confirmed.")

  @Argument(help: "Name, mail address or id. Default: yourself.") var user: String?
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = if let user { try await client.user(user) } else { try client.myself() }
    let phone = try await client.read(Phones.GetPhone.self) { $0.parent = parent }
    try client.show(phone, .phone(phone))
  }
}

struct PhoneSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Enter your number; a code is sent to it.",
    discussion: "With + and country in front, without spaces: +46701234567.")

  @Argument(help: "The number.") var number: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = try client.myself()
    let phone = try await client.write(Phones.UpdatePhone.self, options) {
      $0.parent = parent
      $0.number = number
    }
    try client.show(phone, .phone(phone))
  }
}

struct PhoneSendCode: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "send-code", abstract: "Have the code sent again.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = try client.myself()
    let phone = try await client.read(Phones.SendPhoneCode.self) { $0.parent = parent }
    try client.show(phone, .phone(phone))
  }
}

struct PhoneConfirm: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Confirm your number by the code that was sent to it.",
    discussion: "Within five minutes; five tries.")

  @Option(
    name: .customLong("code-file"),
    help: ArgumentHelp(
      "File with the code; - is stdin. Never an argument: others on the machine could read it.",
      valueName: "file"))
  var codeFile: String = "-"
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = try client.myself()
    let code = try client.surroundings.secret(from: codeFile)
    let phone = try await client.write(Phones.ConfirmPhone.self, options) {
      $0.parent = parent
      $0.code = code
    }
    try client.show(phone, .phone(phone))
  }
}

struct BankSigningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bank-signing", abstract: "The company's settings for signing by SMS.",
    subcommands: [
      BankSigningList.self, BankSigningSet.self, BankSigningRemove.self, BankSigningCheck.self,
    ])
}

struct BankSigningList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the numbers that may sign by SMS.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let found = try await client.list(
      Phones.ListBankSignings.self, of: company, limit: list.limit, \.bankSignings
    ) { past.fill(&$0) }
    var table = Table([.left("USER"), .left("NUMBER")])
    for item in found { table.add([Show.id(item.user), item.number]) }
    try client.show(found, as: "bankSignings", table)
  }
}

struct BankSigningSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Put a user's number into the settings.")

  @Option(help: "Name, mail address or id.") var user: String
  @Option(help: "With + and country in front, without spaces.") var number: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await client.setBankSigning(user, number, options)
  }
}

struct BankSigningRemove: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a user's number out of the settings.")

  @Option(help: "Name, mail address or id.") var user: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await client.setBankSigning(user, "", options)
  }
}

struct BankSigningCheck: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Whether you can sign by SMS, and what is missing if not.",
    discussion: "Ends with 1 where something is missing.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let check = try await client.read(Phones.CheckSmsSigning.self) { $0.name = company }
    var details = Details()
    details.add("can sign", check.canSign ? "yes" : "no")
    for missing in check.missing { details.add(missing.reason, missing.message) }
    try client.show(check, details)
    if !check.canSign { throw Ending.someFailed }
  }
}

extension Client {
  /// `bureaus/{bureau}/users/-`: whoever calls.
  func myself() throws(CLIError) -> String { "\(try bureau())/users/-" }

  fileprivate func setBankSigning(_ user: String, _ number: String, _ options: WriteOptions)
    async throws
  {
    let company = try await company(), user = try await self.user(user)
    let set = try await write(Phones.UpdateBankSigning.self, options) {
      $0.parent = company
      $0.bankSigning.user = user
      $0.bankSigning.number = number
    }
    var details = Details()
    details.add("user", set.user)
    details.add("number", set.number.isEmpty ? "none" : set.number)
    try show(set, details)
  }
}

extension Details {
  static func phone(_ phone: Bureau_V1_Phone) -> Details {
    var details = Details()
    details.add("number", phone.number)
    details.add("state", Show.state(phone.state))
    return details
  }
}
