internal import ArgumentParser
internal import BureauAPI

struct AgreementSettingsCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings",
    abstract: "Go through all settings of an agreement.",
    discussion: """
      With --reviewed it is recorded that you have gone through them: give the digest that was shown
      with them, so that nothing can have changed in between.
      """)

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(
    help: ArgumentHelp(
      "Record that the settings with this digest were gone through.", valueName: "digest"))
  var reviewed: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    if let reviewed {
      let recorded = try await client.write(Agreements.RecordAgreementStep.self, options) {
        $0.name = name
        $0.step = .settingsReviewed
        $0.settingsDigest = reviewed
      }
      try client.show(recorded, .agreement(recorded))
      return
    }
    let settings = try await client.read(Agreements.GetAgreementSettings.self) { $0.name = name }
    var details = Details()
    for line in settings.lines { details.add(line.name, line.value) }
    details.add("digest", settings.digest)
    try client.show(settings, details)
  }
}

struct AgreementApplication: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "application",
    abstract: "Print the bank's own application, filled in, where the bank wants one.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let form = try await client.read(Agreements.GetBankApplication.self) { $0.name = name }
    if client.output == .table {
      client.surroundings.write(form.page.printableLines + "\n")
    } else {
      try client.show(form, Details())
    }
  }
}

/// What can have been done about an agreement outside.
enum RecordedStep: String, CaseIterable, ExpressibleByArgument {
  case applicationSent = "application-sent"
  case applicationConfirmed = "application-confirmed"
  case accountingSetUp = "accounting-set-up"
  case conversionAgreed = "conversion-agreed"
  case returnDataFetched = "return-data-fetched"

  var message: Bureau_V1_RecordAgreementStepRequest.Step {
    switch self {
    case .applicationSent: .applicationSent
    case .applicationConfirmed: .applicationConfirmed
    case .accountingSetUp: .accountingSetUp
    case .conversionAgreed: .conversionAgreed
    case .returnDataFetched: .returnDataFetched
    }
  }
}

struct AgreementRecord: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record what was done about an agreement at the bank or in accounting.")

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(help: "What was done.") var step: RecordedStep
  @Option(help: ArgumentHelp("When; today if not given.", valueName: "yyyy-mm-dd"))
  var date: String = ""
  @Option(help: "Whom you spoke with, a case number: one line.") var note: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let recorded = try await client.write(Agreements.RecordAgreementStep.self, options) {
      $0.name = name
      $0.step = step.message
      $0.date = date
      $0.note = note
    }
    try client.show(recorded, .agreement(recorded))
  }
}

struct AgreementConvert: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert an agreement that was taken over from an old solution.",
    discussion: """
      The day must have been agreed with the bank (`record --step conversion-agreed`), and the old
      solution's return data fetched (`record --step return-data-fetched`).
      """)

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let converted = try await client.write(Agreements.ConvertAgreement.self, options) {
      $0.name = name
    }
    try client.show(converted, .agreement(converted))
  }
}
