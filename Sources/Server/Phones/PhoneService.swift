package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct PhoneService: Bureau_V1_PhoneService.SimpleServiceProtocol {
  let commands: Commands
  let key: NationalIDKey

  private var sources: Sources { commands.sources }

  // MARK: One's own profile

  package func getPhone(
    request: Bureau_V1_GetPhoneRequest, context: ServerContext
  ) async throws -> Bureau_V1_Phone {
    let caller = try context.caller
    let (bureau, user) = try ResourceName.parseUser(
      request.parent, callingAs: caller, field: "parent")
    let method = context.method
    let phone = try await commands.read(method, by: caller, at: Place(bureau: bureau)) { tx in
      if caller.user != user {
        let standing = try Standing.read(
          of: caller.user, calling: method, at: Place(bureau: bureau), in: tx)
        guard standing.bureauRoles.contains(.customerAdministrator) else {
          throw PhoneError.notOwn
        }
      }
      return try PhoneTables.phone(of: user, in: bureau, tx)
    }
    guard let phone else { throw PhoneError.absent }
    return Bureau_V1_Phone(phone, of: user, in: bureau)
  }

  package func updatePhone(
    request: Bureau_V1_UpdatePhoneRequest, context: ServerContext
  ) async throws -> Bureau_V1_Phone {
    let (bureau, user) = try await own(request.parent, context)
    let number = try PhoneRules.number(request.number)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let message = Message(sources, key: key, to: number, of: user, in: bureau)
    let secrets = commands.secrets
    return try await commands.run(call, at: Place(bureau: bureau), subject: user) { context in
      let tx = context.transaction
      guard let found = try TenancyTables.user(user, of: bureau, in: tx), found.kind == .person
      else { throw PhoneError.userNotPerson }
      return try PhoneRules.entering(
        number, by: user, known: PhoneTables.phone(of: user, in: bureau, tx))
    } apply: { context in
      try message.leave(
        in: context.place, sealedBy: secrets, at: context.time, context.transaction)
    } answer: { user, context in
      try Self.answer(user, in: bureau, context.transaction)
    }
  }

  package func sendPhoneCode(
    request: Bureau_V1_SendPhoneCodeRequest, context: ServerContext
  ) async throws -> Bureau_V1_Phone {
    let (bureau, user) = try await own(request.parent, context)
    let place = Place(bureau: bureau), time = sources.now()
    let sources = sources, key = key, secrets = commands.secrets
    return try await commands.database.write(as: place.scope) { tx in
      let number = try PhoneRules.resending(
        to: PhoneTables.phone(of: user, in: bureau, tx),
        last: PhoneCodeTables.load(of: user, in: bureau, tx), at: time)
      try Message(sources, key: key, to: number, of: user, in: bureau).leave(
        in: place, sealedBy: secrets, at: time, tx)
      return try Self.answer(user, in: bureau, tx)
    }
  }

  package func confirmPhone(
    request: Bureau_V1_ConfirmPhoneRequest, context: ServerContext
  ) async throws -> Bureau_V1_Phone {
    let (bureau, user) = try await own(request.parent, context)
    let place = Place(bureau: bureau)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let digest = key.digest(ofCode: request.code, for: user)
    // Counted first, and for good: the call that brings a wrong code is refused and undone. A
    // repeat of the call that confirmed finds no code, and needs none.
    let code = try await commands.database.write(as: place.scope) { tx in
      try PhoneCodeTables.takeTry(of: user, in: bureau, tx)
    }
    return try await commands.run(call, at: place, subject: user) { context in
      try PhoneRules.confirming(
        digest, by: user,
        known: PhoneTables.phone(of: user, in: bureau, context.transaction), code: code,
        at: context.time)
    } apply: { context in
      try PhoneCodeTables.end(of: user, in: bureau, context.transaction)
    } answer: { user, context in
      try Self.answer(user, in: bureau, context.transaction)
    }
  }

  /// The user in the name, who must be the caller.
  private func own(_ parent: String, _ context: ServerContext) async throws
    -> (bureau: ID<Bureau>, user: ID<User>)
  {
    let caller = try context.caller
    let (bureau, user) = try ResourceName.parseUser(parent, callingAs: caller, field: "parent")
    try await commands.read(context.method, by: caller, at: Place(bureau: bureau)) { _ in }
    guard caller.user == user else { throw PhoneError.notOwn }
    return (bureau, user)
  }

  private static func answer(_ user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction) throws
    -> Bureau_V1_Phone
  {
    guard let phone = try PhoneTables.phone(of: user, in: bureau, tx) else {
      throw PhoneError.absent
    }
    return Bureau_V1_Phone(phone, of: user, in: bureau)
  }

  /// A code on its way to a number: the person gets it, the server keeps its digest.
  private struct Message: Sendable {
    let outgoing: OutgoingMessage
    let digest: [UInt8]
    let number: PhoneNumber
    let user: ID<User>

    init(
      _ sources: Sources, key: NationalIDKey, to number: PhoneNumber, of user: ID<User>,
      in bureau: ID<Bureau>
    ) {
      let text = Self.code(sources.random(8))
      digest = key.digest(ofCode: text, for: user)
      self.number = number
      self.user = user
      outgoing = OutgoingMessage(
        id: sources.id(), mobile: number.text, email: "", subject: "Confirm your number",
        body: ResourceName.phone(of: user, in: bureau), secret: text)
    }

    /// Six digits; each code is as likely as any other, to within one in ten million millions.
    private static func code(_ bytes: [UInt8]) -> String {
      let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
      let digits = String(number)
      return String(repeating: "0", count: PhoneCode.digits - digits.count) + digits
    }

    /// With the fact or the resending that it belongs to; an earlier code ends.
    func leave(
      in place: Place, sealedBy box: SecretBox, at time: Instant, _ tx: any Transaction
    ) throws {
      let last = try PhoneCodeTables.load(of: user, in: place.bureau, tx)
      try PhoneCodeTables.store(
        PhoneCode.following(last, to: number, digest: digest, at: time), of: user,
        in: place.bureau, tx)
      try MessageTables.insert(outgoing, sealedBy: box, of: place, at: time, in: tx)
    }
  }
}

extension ResourceName {
  static func phone(of user: ID<User>, in bureau: ID<Bureau>) -> String {
    "\(child("users", user, of: bureau))/phone"
  }
}

extension OutgoingMessage {
  /// What its receiver reads. A code stands in the words, never in what is stored unsealed; a link
  /// is beside them.
  var words: String {
    if body.contains(SigningMessage.place) {
      return body.replacing(SigningMessage.place, with: secret)
    }
    guard body.hasSuffix("/phone") else { return body }
    return "\(secret) is your code. It is good for \(PhoneCode.lifetimeMinutes) minutes."
  }
}

extension NationalIDKey {
  /// Under the server's key: six digits alone would be found from their hash by trying all.
  func digest(ofCode code: String, for user: ID<User>) -> [UInt8] {
    digest(ofSecret: "phone-code:\(user.hex):\(code)")
  }
}

extension Bureau_V1_Phone {
  init(_ phone: Phone, of user: ID<User>, in bureau: ID<Bureau>) {
    self.init()
    name = ResourceName.phone(of: user, in: bureau)
    number = phone.number.text
    state = phone.state == .confirmed ? .confirmed : .unconfirmed
  }
}
