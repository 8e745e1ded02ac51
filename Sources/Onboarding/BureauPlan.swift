package import Domain
package import Primitives

/// A bureau as the server has it, at one moment.
package struct BureauState: Sendable {
  package struct Client: Sendable {
    package var known: KnownCompany
    /// What the newest applied file said of it (`FileClient.digest`); empty: none was.
    package var appliedDigest: String
    /// Counts the applications; 0 before the first.
    package var appliedSequence: Int64

    package init(known: KnownCompany, appliedDigest: String, appliedSequence: Int64) {
      self.known = known
      self.appliedDigest = appliedDigest
      self.appliedSequence = appliedSequence
    }
  }

  package var bureau: OrganisationNumber
  package var users: [KnownUser]
  package var clients: [Client]

  package init(bureau: OrganisationNumber, users: [KnownUser], clients: [Client]) {
    self.bureau = bureau
    self.users = users
    self.clients = clients
  }
}

/// What a file and a bureau differ in.
package struct BureauPlan: Sendable {
  package struct Client: Sendable {
    package var file: FileClient
    /// nil: the company is new.
    package var company: ID<Company>?
    package var steps: OnboardingSteps
    /// The people it speaks of, each with the user that they are.
    package var people: [DesiredPerson]
    package var digest: String
    package var appliedDigest: String
    package var appliedSequence: Int64

    /// Whether the difference was made by hand: the file says what it said when it was applied.
    /// A link that is to be sent was not taken away by anybody: it is none.
    package var isDrift: Bool {
      digest == appliedDigest && (!drifted.isEmpty || !steps.obstacles.isEmpty)
    }

    package var drifted: [OnboardingChange] {
      steps.changes.filter {
        if case .inviteConsent = $0 { false } else { true }
      }
    }

    /// The same for the same file and the same state: an application that was broken off is found
    /// again, and one that is to undo what was done by hand since is a new one.
    package var requestID: String { "onboard/\(digest)/\(appliedSequence)" }
  }

  package var clients: [Client]
  /// Differences that nobody can apply.
  package var findings: [Finding]
  /// Companies that the file does not name; they are left alone.
  package var unlisted: [Company]

  /// - Parameter references: Of the people whose national ids are given, by key.
  package init(
    _ file: BureauFile, on state: BureauState, references: [String: PersonReference]
  ) {
    let found = PeopleFound(state.users)
    var answers: [String: (person: DesiredPerson, answer: PeopleFound.Answer)] = [:]
    var places: [String: Located] = [:]
    for item in file.people {
      var person = item.person
      person.reference = references[person.key]
      let answer = found.find(person)
      if case .user(let user) = answer { person.user = user.id }
      answers[person.key] = (person, answer)
      places[person.key] = item.place
    }
    let known = Dictionary(
      state.clients.map { ($0.known.company.organisationNumber, $0) },
      uniquingKeysWith: { first, _ in first })
    let people = answers.mapValues(\.person)
    findings = []
    clients = []
    for client in file.clients {
      let state = known[client.company.organisationNumber]
      let steps = OnboardingSteps(from: state?.known, to: client.company, people: answers)
      for obstacle in steps.obstacles {
        findings.append(Finding(obstacle, at: Self.place(obstacle, client, places)))
      }
      clients.append(
        Client(
          file: client, company: state?.known.company.id, steps: steps,
          people: client.company.people.compactMap { people[$0] },
          digest: client.digest(people: people), appliedDigest: state?.appliedDigest ?? "",
          appliedSequence: state?.appliedSequence ?? 0))
    }
    let listed = Set(file.clients.map(\.company.organisationNumber))
    unlisted = state.clients.map(\.known.company).filter {
      // Whoever has left needs no line in the file.
      !listed.contains($0.organisationNumber) && $0.state != .closed
    }
    if state.bureau != file.bureau {
      findings.append(
        Finding(
          reason: "OTHER_BUREAU", line: 0, column: 0, path: FileKey.bureau.rawValue,
          message: "The file is about the bureau \(file.bureau.digits), and this server's is "
            + "\(state.bureau.digits)."))
    }
    findings = findings.inOrder
  }

  private static func place(
    _ obstacle: OnboardingError, _ client: FileClient, _ people: [String: Located]
  ) -> Located {
    if let person = obstacle.person { return people[person] ?? client.place }
    switch obstacle {
    case .signingKeyDiffers, .signingKeyOver, .signingKeyProofMissing:
      return client.signingKeyPlace ?? client.place
    case .consentBankUnconnected(let person, let bank):
      return client.consentPlaces[DesiredConsent(person: person, bank: bank)] ?? client.place
    default: break
    }
    guard case .agreementDiffers(let account, _) = obstacle,
      let index = client.company.agreements.firstIndex(where: { $0.account == account }),
      client.agreementPlaces.indices.contains(index)
    else { return client.place }
    return client.agreementPlaces[index]
  }

  package var changed: [Client] { clients.filter { !$0.steps.changes.isEmpty } }
}

extension Finding {
  init(_ obstacle: OnboardingError, at place: Located) {
    self.init(
      reason: obstacle.reason, line: place.line, column: place.column, path: place.path,
      message: obstacle.message)
  }
}
