internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

/// What the company declares of itself; the partner's review asks about it.
struct DeclarationOptions: ParsableArguments {
  @Flag(help: "Somebody linked to the company is a politically exposed person.")
  var politicallyExposed = false
  @Option(name: .customLong("pays-to"), help: "A country it will pay to (NO, SE, …); repeat.")
  var paysTo: [String] = []
  @Option(
    help: "How it is financed: own-funds, sales, loans, investors, grants, other; repeat.")
  var financing: [String] = []
  @Option(help: "Its industry, in its own words.") var industry: String = ""
  @Option(
    name: .customLong("linked-person"),
    help: ArgumentHelp(
      "A person linked to the company, as owner:NAME, board:NAME, auditor:NAME or other:NAME; "
        + "repeat.", valueName: "role:name"))
  var linkedPersons: [String] = []

  var isEmpty: Bool {
    !politicallyExposed && paysTo.isEmpty && financing.isEmpty && industry.isEmpty
      && linkedPersons.isEmpty
  }

  func message() throws(CLIError) -> Bureau_V1_Declarations {
    var message = Bureau_V1_Declarations()
    message.politicallyExposed = politicallyExposed
    message.countryCodes = paysTo
    message.industry = industry
    for text in financing {
      guard let source = Bureau_V1_Declarations.Financing(spoken: text) else {
        throw CLIError(
          .usage, "USAGE", "\"\(text)\" is no kind of financing", field: "--financing")
      }
      message.financing.append(source)
    }
    for text in linkedPersons {
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2,
        let role = Bureau_V1_Declarations.LinkedPerson.Role(spoken: parts[0])
      else {
        throw CLIError(
          .usage, "USAGE", "\"\(text)\" is not ROLE:NAME", field: "--linked-person")
      }
      message.persons.append(
        .with {
          $0.role = role
          $0.displayName = parts[1]
        })
    }
    return message
  }
}

struct AgreementUpdate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Change who signs an agreement, or what it declares, before it is signed.",
    discussion: "A link that is out stops working; send the agreement anew.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(help: "Name of the person who signs for the company.") var signerName: String?
  @Option(help: "Their mobile number: +46701234567.") var signerMobile: String?
  @Option(help: "Their mail address.") var signerEmail: String?
  @Option(
    name: .customLong("signer-national-id-file"),
    help: ArgumentHelp("File with their national id; - is stdin.", valueName: "file"))
  var signerNationalIDFile: String?
  @OptionGroup var declarations: DeclarationOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let known = try await client.read(Agreements.GetAgreement.self) { $0.name = name }
    let nationalID =
      try signerNationalIDFile.map { try client.surroundings.secret(from: $0) } ?? ""
    let declared = try declarations.message()
    let changesSigner =
      signerName != nil || signerMobile != nil || signerEmail != nil || !nationalID.isEmpty
    let changed = try await client.write(Agreements.UpdateAgreement.self, options) {
      $0.agreement.name = name
      if changesSigner {
        $0.agreement.signer = .with {
          $0.displayName = signerName ?? known.signer.displayName
          $0.mobile = signerMobile ?? known.signer.mobile
          $0.email = signerEmail ?? known.signer.email
          $0.nationalID = nationalID
        }
        $0.updateMask.paths.append("signer")
      }
      if !declarations.isEmpty || !changesSigner {
        $0.agreement.declarations = declared
        $0.updateMask.paths.append("declarations")
      }
    }
    try client.show(changed, .agreement(changed))
  }
}

struct AgreementCheck: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check that the bank can be reached for an agreement.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let checked = try await client.write(Agreements.CheckConnection.self, options) {
      $0.name = name
    }
    try client.show(checked, .agreement(checked))
  }
}

struct AgreementActivate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate",
    abstract: "Activate an agreement that was saved and not activated.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let activated = try await client.write(Agreements.ActivateAgreement.self, options) {
      $0.name = name
    }
    try client.show(activated, .agreement(activated))
  }
}

struct AgreementTerminate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "terminate", abstract: "End an agreement for good.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(help: "Why; kept for good.") var reason: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let ended = try await client.write(Agreements.TerminateAgreement.self, options) {
      $0.name = name
      $0.reason = reason
    }
    try client.show(ended, .agreement(ended))
  }
}

/// The link that stands for a session.
struct LinkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("File with the secret of the link; - is stdin.", valueName: "file"))
  var linkSecretFile: String
}

struct AgreementRead: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Read an agreement as the person it was sent to.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var link: LinkOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: link.linkSecretFile)
    let name = try await client.child(agreement, of: "agreements")
    let offer = try await client.read(Agreements.OpenAgreementLink.self) {
      $0.name = name
      $0.linkSecret = secret
    }
    try client.show(offer, .offer(offer))
    if client.output == .table {
      client.surroundings.write("\n" + offer.text.printableLines + "\n")
    }
  }
}

struct AgreementDecline: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "decline", abstract: "Decline an agreement, as the person it was sent to.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(help: "Why; the bureau reads it.") var reason: String
  @OptionGroup var link: LinkOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let secret = try client.surroundings.secret(from: link.linkSecretFile)
    let name = try await client.child(agreement, of: "agreements")
    let offer = try await client.write(Agreements.DeclineAgreement.self, options) {
      $0.name = name
      $0.linkSecret = secret
      $0.reason = reason
    }
    try client.show(offer, .offer(offer))
  }
}

extension Details {
  static func offer(_ offer: Bureau_V1_AgreementOffer) -> Details {
    var details = Details()
    details.add("name", offer.name)
    details.add("company", offer.companyDisplayName)
    details.add("bureau", offer.bureauDisplayName)
    details.add("bank", offer.bankDisplayName)
    details.add("signer", offer.signerDisplayName)
    details.add("link ends", Show.time(offer.expireTime))
    return details
  }
}
