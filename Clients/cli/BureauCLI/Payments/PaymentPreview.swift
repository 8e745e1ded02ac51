internal import ArgumentParser
internal import BureauAPI

enum StepName: String, CaseIterable, ExpressibleByArgument {
  case acknowledge, sign, transfer, post

  var message: Bureau_V1_PreviewPaymentsRequest.Step {
    switch self {
    case .acknowledge: .acknowledge
    case .sign: .sign
    case .transfer: .transfer
    case .post: .post
    }
  }
}

struct PaymentPreview: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show what a step would lead to, and change nothing.",
    discussion: """
      When the bank pays, what leaves which account that day, who still must sign, and how it is \
      posted: by the code that takes the step. `--dry-run` of the single commands shows the same.
      """)

  @Argument(help: "The payments, of one company: ids or resource names.") var payments: [String]
  @Option(help: "The step.") var step: StepName
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    var names: [String] = []
    for payment in payments {
      names.append(try await client.child(payment, of: "payments"))
    }
    let parent = names[0].split(separator: "/").prefix(4).joined(separator: "/")
    let wanted = names
    let answer = try await client.read(Payments.PreviewPayments.self) {
      $0.parent = parent
      $0.payments = wanted
      $0.step = step.message
    }
    var details = Details()
    for payment in answer.payments {
      details.add("payment", "\(Show.id(payment.name)) \(Show.state(payment.state))")
    }
    details.add(answer.preview)
    try client.show(answer, details)
  }
}

extension Details {
  mutating func add(_ preview: Bureau_V1_PaymentsPreview) {
    for outlook in preview.outlooks {
      add("execution", outlook.executionDate)
      if outlook.hasTransferTime { add("transfer", Show.time(outlook.transferTime)) }
      if outlook.requiredSignatures > 0 {
        add("signatures", "\(outlook.signers.count) of \(outlook.requiredSignatures)")
      }
      if outlook.signers.count < outlook.requiredSignatures { add("can sign", outlook.ableSigners) }
      add("nobody can sign", outlook.refusedReason)
      add(outlook.invoicePostings, "invoice \(outlook.invoicePostingDate)")
      add(outlook.postings, "posting \(outlook.postingDate)")
    }
    for day in preview.accountDays {
      add(
        "leaves \(day.date)",
        "\(Show.account(day.account)): \(Show.money(day.amount)), in all "
          + Show.money(day.totalAmount))
    }
    for line in preview.visibleText.split(separator: "\n", omittingEmptySubsequences: false) {
      add("text", String(line))
    }
  }

  private mutating func add(_ postings: [Bureau_V1_PaymentOutlook.Posting], _ title: String) {
    for line in postings {
      add(title, "\(line.ledgerAccount) \(Show.money(line.amount)) \(line.text)")
    }
  }
}
