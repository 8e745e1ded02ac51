import Domain
import Engine
import Policies
import Primitives
import Storage

/// Whether somebody may sign by SMS in a company: its policy, and both phone conditions (S-01…S-06).
enum SigningBySMS {
  /// Returns the number that a code goes to.
  @discardableResult
  static func require(of user: ID<User>, at place: Place, in tx: any Transaction) throws
    -> PhoneNumber
  {
    guard try PolicyTables.inForce(at: place, in: tx).policy.smsMaySign else {
      throw PolicyError.smsSigning
    }
    if let first = try PhoneTables.missingForSMS(of: user, at: place, in: tx).first { throw first }
    guard let phone = try PhoneTables.phone(of: user, in: place.bureau, tx) else {
      throw SMSSigningError.profileNumberMissing
    }
    return phone.number
  }

  /// The same once more for what an order's code is about to sign, on what is true now.
  static func check(_ order: Order, by user: ID<User>, at place: Place, in tx: any Transaction)
    throws
  {
    guard order.method == .sms else { return }
    guard let code = try SigningCodeTables.load(for: order.id, of: place.bureau, in: tx) else {
      throw IdentityError.orderEnded
    }
    guard try require(of: user, at: place, in: tx) == code.number else {
      throw SigningCodeError.numberChanged
    }
  }
}
