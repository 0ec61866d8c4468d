"""Error codes of users; block 1."""

from shop.core.errors import ExceptionCode, Retry


class UserExceptionCode(ExceptionCode):
    """Error codes and messages of users."""

    CREDENTIALS_WRONG = 401_101, "The name, the e-mail address or the password is wrong.", Retry.NEW_REQUEST
    OWN_RIGHTS = 403_101, "Users cannot change their own rights; ask another administrator."
    ADMINISTRATOR = 403_102, "Only an administrator makes, changes or disables administrators."
    NOT_FOUND = 404_101, "User {user_id} does not exist."
    NAME_FORMAT = 422_101, "The name is not valid."
    EMAIL_FORMAT = 422_102, "The e-mail address is not valid."
    EMAIL_TAKEN = 422_103, "This e-mail address has an account already."
    PASSWORD_FORMAT = 422_104, "The password is not valid."
    PASSWORD_WRONG = 422_105, "The current password is wrong."
    ROLES_FORMAT = 422_111, "The roles are not valid."
