package import Domain
package import Primitives
package import Storage

/// A resource name that is not one, or that leads nowhere.
package enum NameError: Refusal, Equatable {
  case malformed(field: String, pattern: String)
  case pageTokenInvalid
  case pageSizeInvalid

  package var kind: RefusalKind { .invalidArgument }

  package var reason: String {
    switch self {
    case .malformed: "NAME_MALFORMED"
    case .pageTokenInvalid: "PAGE_TOKEN_INVALID"
    case .pageSizeInvalid: "PAGE_SIZE_INVALID"
    }
  }

  package var field: String? {
    switch self {
    case .malformed(let field, _): field
    case .pageTokenInvalid: "page_token"
    case .pageSizeInvalid: "page_size"
    }
  }

  package var message: String {
    switch self {
    case .malformed(let field, let pattern): "The field \(field) must be a name like \(pattern)."
    case .pageTokenInvalid: "The page token is not one that a list has given."
    case .pageSizeInvalid: "The page size must not be negative."
    }
  }
}

/// Resource names (AIP-122): written and read in one place. Ids are 32 hexadecimal digits.
package enum ResourceName {
  package static func bureau(_ id: ID<Bureau>) -> String { "bureaus/\(id.hex)" }

  package static func company(_ place: Place) -> String {
    "bureaus/\(place.bureau.hex)/companies/\(place.company.hex)"
  }

  package static func child<Of>(_ collection: String, _ id: ID<Of>, of place: Place) -> String {
    "\(company(place))/\(collection)/\(id.hex)"
  }

  package static func child<Of>(_ collection: String, _ id: ID<Of>, of bureau: ID<Bureau>)
    -> String
  {
    "bureaus/\(bureau.hex)/\(collection)/\(id.hex)"
  }

  package static func parseBureau(_ text: String, field: String = "name") throws(NameError)
    -> ID<Bureau>
  {
    let ids = try parse(text, ["bureaus"], field)
    return ID(ids[0].uuid)
  }

  package static func parseCompany(_ text: String, field: String = "name") throws(NameError)
    -> Place
  {
    let ids = try parse(text, ["bureaus", "companies"], field)
    return Place(bureau: ID(ids[0].uuid), company: ID(ids[1].uuid))
  }

  /// The bureau's own company where a bureau is named.
  package static func parseBureauOrCompany(_ text: String, field: String) throws(NameError)
    -> Place
  {
    text.utf8.count { $0 == UInt8(ascii: "/") } > 1
      ? try parseCompany(text, field: field)
      : Place(bureau: try parseBureau(text, field: field))
  }

  package static func parse<Of>(
    _ text: String, _ collection: String, as _: Of.Type = Of.self, field: String = "name"
  ) throws(NameError) -> (place: Place, id: ID<Of>) {
    let ids = try parse(text, ["bureaus", "companies", collection], field)
    return (Place(bureau: ID(ids[0].uuid), company: ID(ids[1].uuid)), ID(ids[2].uuid))
  }

  package static func parseBureauChild<Of>(
    _ text: String, _ collection: String, as _: Of.Type = Of.self, field: String = "name"
  ) throws(NameError) -> (bureau: ID<Bureau>, id: ID<Of>) {
    let ids = try parse(text, ["bureaus", collection], field)
    return (ID(ids[0].uuid), ID(ids[1].uuid))
  }

  /// A user, or `users/-`: the one who calls.
  static func parseUser(_ text: String, callingAs caller: Caller, field: String) throws(NameError)
    -> (bureau: ID<Bureau>, id: ID<User>)
  {
    if text.hasSuffix("/users/-") {
      return (try parseBureau(String(text.dropLast("/users/-".count)), field: field), caller.user)
    }
    return try parseBureauChild(text, "users", as: User.self, field: field)
  }

  package static func parseToken(_ text: String) throws(NameError)
    -> (bureau: ID<Bureau>, user: ID<User>, id: ID<Token>)
  {
    let ids = try parse(text, ["bureaus", "users", "tokens"], "name")
    return (ID(ids[0].uuid), ID(ids[1].uuid), ID(ids[2].uuid))
  }

  /// `bureaus/{bureau}/users/{user}`; nil for `users/-`.
  package static func parseUserOrAll(_ text: String, field: String) throws(NameError)
    -> (bureau: ID<Bureau>, user: ID<User>?)
  {
    let suffix = "/users/-"
    if text.hasSuffix(suffix) {
      return (try parseBureau(String(text.dropLast(suffix.count)), field: field), nil)
    }
    let (bureau, user) = try parseBureauChild(text, "users", as: User.self, field: field)
    return (bureau, user)
  }

  private enum Untyped {}

  private static func parse(_ text: String, _ collections: [String], _ field: String)
    throws(NameError) -> [ID<Untyped>]
  {
    var malformed: NameError {
      .malformed(
        field: field,
        pattern: collections.map { "\($0)/{32 hexadecimal digits}" }.joined(separator: "/"))
    }
    guard text.utf8.count <= 300 else { throw malformed }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == collections.count * 2 else { throw malformed }
    var ids: [ID<Untyped>] = []
    for (index, collection) in collections.enumerated() {
      guard parts[index * 2] == collection, let id = ID<Untyped>(hex: String(parts[index * 2 + 1]))
      else { throw malformed }
      ids.append(id)
    }
    return ids
  }
}

/// One page of a list (AIP-158): its size, and after which id it begins.
package struct Page<Of>: Sendable {
  package let size: Int
  package let after: ID<Of>?

  package static var maximum: Int { 500 }

  package init(size: Int32, token: String) throws(NameError) {
    guard size >= 0 else { throw .pageSizeInvalid }
    self.size = size == 0 ? 50 : min(Int(size), Self.maximum)
    if token.isEmpty {
      after = nil
    } else {
      guard let id = ID<Of>(hex: token) else { throw .pageTokenInvalid }
      after = id
    }
  }

  /// One more than the page holds: whether there is a next one.
  package var limit: Int { size + 1 }

  /// The page out of what `limit` brought, with the next page's token.
  package func cut<Item>(_ items: [Item], id: (Item) -> ID<Of>) -> (items: [Item], next: String) {
    guard items.count > size, let last = items.prefix(size).last else { return (items, "") }
    return (Array(items.prefix(size)), id(last).hex)
  }
}
