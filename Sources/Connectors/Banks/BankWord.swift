// What a bank, or the program that moves its files, says of a connection beside the files:
//
//     connection.json   {"state": "ok | set_up | communication | key_mismatch", "text": "…"}
//     accounts.json     {"accounts": [{"form": "NO_BBAN", "number": "…", "private": false,
//                                      "owner_organisation_number": "…"}]}
//
// Both may be missing: then nothing is known against the connection, and nothing of owners.

package import Domain
import Foundation
package import Primitives

/// The bank's word about a connection.
enum BankWord {
  private struct Connection: Decodable {
    var state: String
    var text: String?
  }

  private struct Accounts: Decodable {
    struct Account: Decodable {
      var form: String
      var number: String
      var isPrivate: Bool?
      var owner: String?

      private enum CodingKeys: String, CodingKey {
        case form, number
        case isPrivate = "private"
        case owner = "owner_organisation_number"
      }
    }
    var accounts: [Account]
  }

  /// Bytes of one of the files.
  private static let limit = 1 << 20

  static func read(in folder: URL) -> ConnectionFinding {
    let file = folder.appending(path: "connection.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return .ok }
    guard let data = content(of: file),
      let word = try? JSONDecoder().decode(Connection.self, from: data)
    else { return .failed(.communication, "connection.json cannot be read") }
    let text = String((word.text ?? "").plainLine.prefix(200))
    switch word.state {
    case "ok": return .ok
    case "set_up": return .failed(.setUp, text)
    case "key_mismatch": return .failed(.keyMismatch, text)
    case "gateway_missing": return .failed(.gatewayMissing, text)
    default: return .failed(.communication, text)
    }
  }

  static func owner(of account: AccountNumber, in folder: URL) throws(BankChannelError)
    -> AccountOwner
  {
    let file = folder.appending(path: "accounts.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return .untold }
    guard let data = content(of: file),
      let list = try? JSONDecoder().decode(Accounts.self, from: data)
    else { throw BankChannelError("accounts.json cannot be read") }
    let wanted = AccountNumber.normalised(account)
    for row in list.accounts {
      guard let form = AccountForm(rawValue: row.form),
        let number = try? AccountNumber(form: form, text: row.number),
        AccountNumber.normalised(number) == wanted
      else { continue }
      if row.isPrivate == true { return .privatePerson }
      return row.owner.map { .organisation($0.filter(\.isNumber)) } ?? .untold
    }
    return .untold
  }

  private static func content(of file: URL) -> Data? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit else { return nil }
    return data
  }
}

extension FolderChannel: AccountRegister {
  package func owner(of account: AccountNumber, at connection: BankConnection)
    async throws(BankChannelError) -> AccountOwner
  {
    try BankWord.owner(of: account, in: folder(of: connection))
  }
}
