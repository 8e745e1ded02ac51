import Foundation
import Primitives

// A bureau, its company, its people and its banks. All names and numbers are invented; numbers
// have valid check digits.

extension Story {
  private static let bureauName = "Fjord Regnskap AS"
  private static let bureauNumber = "974760673"
  private static let companyName = "Nordlys Verksted AS"
  private static let companyNumber = "923609016"
  /// The company's number with its check digit mistyped.
  private static let wrongNumber = "923609017"

  mutating func open() async throws {
    teller.step(
      "The sandbox is up: a server, a bank and a BankID. It is \(Words.time(try await clockOfFirst()))."
    )
    teller.line(
      "server \(sandbox.server), gRPC over TLS 1.3 with a certificate authority of its own")
    _ = try await administrator.bureau(
      "init", "--name", Self.bureauName, "--organisation-number", Self.bureauNumber,
      "--country", "NO", "--administrator-name", administrator.name,
      "--administrator-email", "administrator@fjord-regnskap.example",
      "--administrator-national-id-file", "-", "--bootstrap-token-file", sandbox.bootstrapTokenFile,
      "--customer-number", "100200", input: administrator.nationalID)
    teller.step("\(Self.bureauName) is a bureau now; \(administrator.name) is its administrator.")
    teller.step(
      "\(administrator.firstName) logs in with BankID: scans the code, and the answer is verified.")
    try await logIn(administrator, draws: true)
    teller.step(
      "\(administrator.firstName) reads the terms of service and accepts them: the licence is in force."
    )
    let terms = try await administrator.bureau("licence", "terms").decoded(Terms.self)
    let licence = try await administrator.bureau("licence", "accept", "--terms", terms.version)
      .decoded(Licence.self)
    teller.line("terms \(terms.version): \(licence.packages.joined(separator: ", "))")
  }

  /// The first question, for which the administrator gets to know the server.
  private func clockOfFirst() async throws -> Instant {
    try await addContext(administrator, bureau: nil)
    return try await clock()
  }

  private func addContext(_ person: Person, bureau: String?) async throws {
    var arguments = [
      "context", "add", "demo", "--server", sandbox.server, "--ca", sandbox.authorityFile,
      "--sandbox", sandbox.sandboxURL,
    ]
    if let bureau { arguments += ["--bureau", bureau] }
    _ = try await person.bureau(arguments, json: false)
  }

  mutating func takeOnCompany() async throws {
    func create(_ number: String) async throws -> CommandAnswer {
      try await administrator.bureau(
        "company", "create", "--name", Self.companyName, "--organisation-number", number,
        "--country", "NO", "--street", "Verftsgata 4", "--postal-code", "8004", "--town", "Bodø")
    }
    do {
      _ = try await create(Self.wrongNumber)
      throw DemoError("a wrong organisation number was taken")
    } catch let refused as Refused {
      teller.step("The company's organisation number is checked: \(Self.wrongNumber) is refused.")
      teller.line(refused.description)
    }
    company = try await create(Self.companyNumber).decoded(Named.self).name
    teller.step("\(Self.companyName) (\(Self.companyNumber)) is a company of the bureau.")
    let bureau = company.split(separator: "/").prefix(2).joined(separator: "/")
    for (person, role, title) in [
      (accountant, "accountant", "accountant"),
      (approver, "approver", "managing director, approver"),
    ] {
      let user = try await administrator.bureau(
        "user", "create", "--name", person.name, "--email", "\(role)@nordlys.example",
        "--national-id-file", "-", input: person.nationalID
      ).decoded(Named.self).name
      _ = try await administrator.bureau(
        "role", "assign", "--user", user, "--role", role, "--company", company)
      try await addContext(person, bureau: bureau)
      teller.line("\(person.name): \(title)")
    }
  }

  private static let messageAttempts = 40

  /// The company's accounts: bank, form and number, currency.
  private static let accounts = [
    (bank: "dnb", form: "NO_BBAN", number: "66660052292", currency: "NOK"),
    (bank: "dnb", form: "NO_BBAN", number: "12340567895", currency: "EUR"),
    (bank: "seb", form: "SE_BANKGIRO", number: "50501055", currency: "SEK"),
  ]

  mutating func agreeWithBanks() async throws {
    teller.step(
      "\(accountant.firstName) registers an agreement for each bank account and sends it to \(approver.name)."
    )
    var agreements: [String] = []
    for account in Self.accounts {
      let name = try await ask(
        accountant,
        [
          "agreement", "create", "--bank", account.bank, "--account",
          "\(account.form):\(account.number)", "--currency", account.currency,
          "--signer-name", approver.name, "--signer-mobile", "+46701740605",
          "--signer-email", "approver@nordlys.example", "--signer-national-id-file", "-",
        ], input: approver.nationalID
      ).decoded(Named.self).name
      _ = try await ask(accountant, ["agreement", "send", name])
      agreements.append(name)
      teller.line("\(account.bank): account \(account.number) in \(account.currency)")
    }
    let links = try await links(to: agreements)
    teller.step("\(approver.firstName) opens the link in each message and signs with BankID.")
    for ((agreement, secret), account) in zip(zip(agreements, links), Self.accounts) {
      _ = try await approver.bureau(
        "agreement", "sign", agreement, "--sandbox-person", approver.nationalID,
        "--link-secret-file", "-", input: secret)
      teller.line("\(account.bank), \(account.number): signed and active")
    }
    teller.step("\(approver.firstName) gives personal consent to each bank, with BankID.")
    for bank in Set(Self.accounts.map(\.bank)).sorted() {
      _ = try await ask(
        approver, ["consent", "give", "--bank", bank, "--sandbox-person", approver.nationalID])
      teller.line("\(bank): active")
    }
  }

  /// The secrets of the links that were sent; the server sends them a moment after the command.
  private func links(to agreements: [String]) async throws -> [String] {
    for _ in 0..<Self.messageAttempts {
      let messages = try await approver.bureau("sandbox", "messages")
        .decoded(SandboxMessages.self).messages
      let secrets = agreements.compactMap { agreement in
        messages.last { $0.agreement == agreement }?.linkSecret
      }
      if secrets.count == agreements.count { return secrets }
      try await Task.sleep(for: .milliseconds(250))
    }
    throw DemoError("the messages with the links did not come")
  }
}
