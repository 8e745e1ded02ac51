package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct AgreementCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "Agreements with banks, per bank account.",
    subcommands: [
      AgreementCreate.self, AgreementGet.self, AgreementList.self, AgreementUpdate.self,
      AgreementSend.self, AgreementRead.self, AgreementSign.self, AgreementDecline.self,
      AgreementCheck.self, AgreementActivate.self, AgreementTerminate.self,
      AgreementSettingsCommand.self, AgreementApplication.self, AgreementRecord.self,
      AgreementConvert.self,
    ])
  package init() {}
}

enum AgreementKind: String, CaseIterable, ExpressibleByArgument {
  case remittance, incoming

  var message: Bureau_V1_Agreement.Kind { self == .remittance ? .remittance : .incoming }
}

struct AgreementCreate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Register an agreement as a draft.")

  @Option(help: "Outgoing payments, or incoming ones with KID or OCR.")
  var kind: AgreementKind = .remittance
  @Option(help: "The bank, as in `bureau bank list`.") var bank: String
  @Option(help: AccountText.help) var account: AccountText
  @Option(help: "ISO 4217: NOK, SEK, …") var currency: String
  @Option(help: "Name of the person who signs for the company.") var signerName: String
  @Option(help: "Their mobile number: +46701234567.") var signerMobile: String
  @Option(help: "Their mail address.") var signerEmail: String
  @Option(
    name: .customLong("signer-national-id-file"),
    help: ArgumentHelp("File with their national id; - is stdin.", valueName: "file"))
  var signerNationalIDFile: String
  @OptionGroup var declarations: DeclarationOptions
  @Option(
    help: ArgumentHelp(
      "It is in use with an old solution under this number: take it over, to be converted.",
      valueName: "number"))
  var legacyNumber: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let nationalID = try client.surroundings.secret(from: signerNationalIDFile)
    let company = try await client.company(), declared = try declarations.message()
    let agreement = try await client.write(Agreements.CreateAgreement.self, options) {
      $0.parent = company
      $0.legacyNumber = legacyNumber
      $0.agreement = .with {
        $0.kind = kind.message
        $0.declarations = declared
        $0.bank = bank
        $0.account = account.number
        $0.currencyCode = currency
        $0.signer = .with {
          $0.displayName = signerName
          $0.mobile = signerMobile
          $0.email = signerEmail
          $0.nationalID = nationalID
        }
      }
    }
    try client.show(agreement, .agreement(agreement))
  }
}

struct AgreementGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one agreement with its text.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let agreement = try await client.read(Agreements.GetAgreement.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(agreement, .agreement(agreement))
    if client.output == .table, !agreement.text.isEmpty {
      client.surroundings.write("\n" + agreement.text.printableLines + "\n")
    }
  }
}

struct AgreementList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the company's agreements.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let agreements = try await client.list(
      Agreements.ListAgreements.self, of: company, limit: list.limit, \.agreements
    ) { past.fill(&$0) }
    try client.show(agreements, as: "agreements", .agreements(agreements))
  }
}

struct AgreementSend: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Send an agreement to the person who signs it.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let agreement = try await client.write(Agreements.SendAgreement.self, options) {
      $0.name = name
    }
    try client.show(agreement, .agreement(agreement))
  }
}

struct AgreementSign: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign an agreement with BankID, as the person it was sent to.",
    discussion: "No login is needed: the secret of the link that was sent stands for it.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(
    help: ArgumentHelp("File with the secret of the link; - is stdin.", valueName: "file"))
  var linkSecretFile: String
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: linkSecretFile)
    let name = try await client.child(agreement, of: "agreements")
    let started = try await client.read(Agreements.StartAgreementSignature.self) {
      $0.name = name
      $0.linkSecret = secret
      $0.eid = waiting.eid.message
    }
    let order = try await OrderWait(client: client, options: waiting)(started)
    try client.show(order, .order(order))
  }
}

extension Table {
  static func agreements(_ agreements: [Bureau_V1_Agreement]) -> Table {
    var table = Table([
      .left("ID"), .left("STATE"), .left("KIND"), .left("BANK"), .left("ACCOUNT"),
      .left("CURRENCY"),
      .left("SIGNER"),
    ])
    for item in agreements {
      table.add([
        Show.id(item.name), Show.state(item.state), Show.state(item.kind), item.bank,
        Show.account(item.account), item.currencyCode, item.signer.displayName,
      ])
    }
    return table
  }
}

extension Details {
  static func agreement(_ agreement: Bureau_V1_Agreement) -> Details {
    var details = Details()
    details.add("name", agreement.name)
    details.add("state", Show.state(agreement.state))
    details.add("kind", Show.state(agreement.kind))
    details.add("number", agreement.number)
    details.add("bank", agreement.bank)
    details.add("account", Show.account(agreement.account))
    details.add("currency", agreement.currencyCode)
    details.add("signer", agreement.signer.displayName)
    details.add("created", Show.time(agreement.createTime))
    details.add("signed", Show.time(agreement.signTime))
    details.add("link ends", Show.time(agreement.linkExpireTime))
    details.add("note", agreement.note)
    if agreement.hasReview {
      details.add("review", agreement.review.reasons.map(\.text).joined(separator: "; "))
      details.add("decided by", agreement.review.decidedBy)
      details.add("what to do", agreement.review.message)
    }
    if agreement.hasConnectionCheck {
      let check = agreement.connectionCheck
      details.add("connection", check.ok ? "ok" : "\(Show.state(check.fault)): \(check.text)")
      details.add("checked", Show.time(check.checkTime))
    }
    if agreement.applicationState != .notNeeded {
      details.add("application", Show.state(agreement.applicationState))
    }
    details.add("conversion on", agreement.conversionDate)
    details.add("settings read", Show.time(agreement.settingsReviewTime))
    details.add("in accounting", Show.time(agreement.accountingTime))
    details.add("terminated", Show.time(agreement.terminateTime))
    return details
  }

  /// What a completed order carried out.
  static func order(_ order: Bureau_V1_Order) -> Details {
    var details = Details()
    details.add("state", Show.state(order.state))
    for result in order.results { details.add("done", result) }
    return details
  }
}
