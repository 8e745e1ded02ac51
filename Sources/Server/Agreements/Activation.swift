// Between signed and active, somebody outside is asked: the partner, the bank about the account's
// owner, and the channel. Asked between two commands, never inside one.

package import Domain
import Engine
package import Primitives
package import Storage

package struct Activation: Sendable {
  let commands: Commands
  let partner: any ReviewPartner
  let register: any AccountRegister
  let channel: any BankChannel

  /// An agreement with what the outside is asked about it.
  private struct Loaded: Sendable {
    var agreement: Agreement
    var company: Company

    var reviewCase: ReviewCase {
      ReviewCase(
        agreement: agreement.id, kind: agreement.kind, bank: agreement.bank,
        companyName: company.displayName, organisationNumber: company.organisationNumber,
        signTime: agreement.signTime ?? agreement.createTime,
        declarations: agreement.declarations)
    }
  }

  /// The partner is asked again after this where it has not answered at all, and where a review by
  /// hand takes its days.
  private static let answerMinutes = 1, reviewMinutes = 60

  /// Asks about a signed agreement and carries out what is answered. Returns after how many minutes
  /// to ask again; nil: nobody is waited for.
  @discardableResult
  package func advance(_ id: ID<Agreement>, at place: Place) async throws -> Int? {
    guard let loaded = try await load(id, at: place), loaded.agreement.awaitsOutside else {
      return nil
    }
    let review = try await partner.answer(loaded.reviewCase)
    var findings = ActivationFindings(review: review, owner: .untold, connection: .ok)
    if review == .approved { findings = try await ask(loaded, review, at: place) }
    let found = findings
    return try await commands.run(Jobs.call("activate"), at: place, subject: id) { context in
      guard let agreement = try AgreementTables.load(id, of: place, in: context.transaction)
      else { return [] }
      return try agreement.advancing(by: found, for: loaded.company, at: context.time)
    } answer: { id, context in
      let found = try AgreementTables.load(id, of: place, in: context.transaction)
      guard let found, found.awaitsOutside else { return nil }
      return found.state == .signed ? Self.answerMinutes : Self.reviewMinutes
    }
  }

  /// What the bank says of the account and its connection now.
  func findings(for id: ID<Agreement>, at place: Place) async throws -> ActivationFindings {
    guard let loaded = try await load(id, at: place) else { throw AgreementError.notFound }
    return try await ask(loaded, .approved, at: place)
  }

  func owner(of account: AccountNumber, bank: String, at place: Place)
    async throws(AgreementError) -> AccountOwner
  {
    do {
      return try await register.owner(of: account, at: connection(bank, place))
    } catch { throw .ownerUnavailable(String(error.message.plainLine.prefix(100))) }
  }

  func check(_ bank: String, at place: Place) async -> ConnectionFinding {
    await channel.check(connection(bank, place))
  }

  private func ask(_ loaded: Loaded, _ review: ReviewAnswer, at place: Place) async throws
    -> ActivationFindings
  {
    let agreement = loaded.agreement
    let found = await check(agreement.bank, at: place)
    // A bank that cannot be reached cannot tell whose the account is either.
    guard found == .ok else {
      return ActivationFindings(review: review, owner: .untold, connection: found)
    }
    let owner = try await owner(of: agreement.account, bank: agreement.bank, at: place)
    return ActivationFindings(review: review, owner: owner, connection: found)
  }

  private func connection(_ bank: String, _ place: Place) -> BankConnection {
    BankConnection(bureau: place.bureau, company: place.company, bank: bank)
  }

  private func load(_ id: ID<Agreement>, at place: Place) async throws -> Loaded? {
    try await commands.database.read(as: place.scope) { tx in
      guard let agreement = try AgreementTables.load(id, of: place, in: tx),
        let company = try TenancyTables.company(place, in: tx)
      else { return nil }
      return Loaded(agreement: agreement, company: company)
    }
  }
}
