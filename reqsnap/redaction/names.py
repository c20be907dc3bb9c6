"""The names under which services keep secrets. Adding a name to a table is all it takes.

Names are compared without regard to case, `-` and `_`, and as a whole: `token` is not
found in `max_tokens`. Where a value looks like a credential the end of its name is enough.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reqsnap.patterns import regex

HEADERS = """
    Authorization Proxy-Authorization X-Authorization X-Forwarded-Authorization X-Original-Authorization
    X-Amz-Security-Token X-Ms-Copy-Source-Authorization X-Serverless-Authorization
    X-Goog-Iam-Authorization-Token Cookie Cookie2 Set-Cookie Set-Cookie2

    Auth X-Auth Auth-Token Auth-Key X-Auth-Token X-Auth-Key X-Subject-Token X-Service-Token X-Storage-Token
    Token X-Token Access-Token X-Access-Token Refresh-Token X-Refresh-Token Id-Token X-Id-Token
    User-Token X-User-Token App-Token X-App-Token Api-Token X-Api-Token Bearer-Token X-Bearer-Token
    Session-Token X-Session-Token X-Session-Id X-Session-Key Private-Token Job-Token Deploy-Token
    JWT X-JWT X-JWT-Assertion X-JWT-Token CSRF-Token X-CSRF-Token X-CSRFToken X-XSRF-Token
    Secret X-Secret Client-Secret X-Client-Secret App-Secret X-App-Secret Api-Secret X-Api-Secret
    Secret-Key X-Secret-Key X-Secret-Token Password X-Password X-Auth-Password X-OTP X-GitHub-OTP

    Api-Key X-Api-Key X-ApiKey-Auth Access-Key X-Access-Key App-Key X-App-Key Application-Key
    X-Application-Key X-Client-Key X-Consumer-Key X-Master-Key X-Admin-Key X-Service-Key
    X-Goog-Api-Key X-Goog-Encryption-Key X-Ms-Encryption-Key X-Functions-Key X-Zumo-Auth
    Ocp-Apim-Subscription-Key Aeg-Sas-Key Aeg-Sas-Token X-Subscription-Token
    X-Ms-Token-Aad-Access-Token X-Ms-Token-Aad-Id-Token X-Ms-Token-Aad-Refresh-Token X-Identity-Header
    X-Aws-Ec2-Metadata-Token X-Aws-Ec2-Metadata-Token-Value X-Aws-Parameters-Secrets-Token
    X-Amzn-Oidc-Accesstoken X-Amzn-Oidc-Data X-Amz-Server-Side-Encryption-Customer-Key
    X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key X-Forwarded-Access-Token X-Oss-Security-Token

    X-Shopify-Access-Token X-Shopify-Storefront-Access-Token Shopify-Storefront-Private-Token
    X-Vault-Token X-Consul-Token X-Nomad-Token X-Gitlab-Token X-GitHub-Token X-Hub-Token X-Linear-Token
    X-Rollbar-Access-Token X-Sentry-Auth X-Sentry-Token X-Honeycomb-Team X-Insert-Key X-License-Key
    X-Query-Key X-NewRelic-License-Key DD-API-KEY DD-APPLICATION-KEY X-Datadog-Api-Key X-SF-Token
    X-Algolia-API-Key X-Meili-API-Key X-Typesense-API-Key X-Parse-Master-Key X-Parse-REST-API-Key
    X-Parse-Session-Token X-Postmark-Server-Token X-Postmark-Account-Token X-Figma-Token
    X-Mashape-Key X-RapidAPI-Key X-CG-Pro-Api-Key X-CG-Demo-Api-Key X-CMC-Pro-Api-Key X-CoinAPI-Key
    X-MBX-APIKEY CB-ACCESS-KEY CB-ACCESS-SIGN CB-ACCESS-PASSPHRASE OK-ACCESS-KEY OK-ACCESS-SIGN
    OK-ACCESS-PASSPHRASE KC-API-KEY KC-API-SIGN KC-API-PASSPHRASE X-BAPI-API-KEY X-BAPI-SIGN
    APCA-API-KEY-ID APCA-API-SECRET-KEY Plaid-Secret PayPal-Auth-Assertion X-Finnhub-Token
    X-Riot-Token X-TRN-ApiKey TRN-Api-Key X-Redmine-API-Key X-JFrog-Art-Api X-NuGet-ApiKey X-Octopus-ApiKey
    X-Registry-Auth X-Registry-Config
    X-Cisco-Meraki-API-Key X-PAN-KEY X-MC-Auth X-TBA-Auth-Key X-Tableau-Auth X-ArchivesSpace-Session
    X-OpenAI-Api-Key X-Cohere-Api-Key X-HuggingFace-Api-Key X-Jinaai-Api-Key X-Anthropic-Api-Key
    X-Voyageai-Api-Key X-Mistral-Api-Key XI-API-Key X-Weaviate-Api-Key X-Qdrant-Api-Key
    X-Transmission-Session-Id X-Plex-Token X-Emby-Token X-MediaBrowser-Token
"""
"""Header fields whose value is a credential."""

CREDENTIALS = """
    access_token refresh_token id_token id_token_hint subject_token actor_token oauth_token
    oauth_token_secret oauth_signature oauth_verifier oauth_consumer_secret consumer_secret
    client_secret client_assertion assertion code_verifier device_code authorization_code auth_code
    login_token sso_token saml_response saml_assertion identity_token

    password passwd password1 password2 pwd passphrase passcode user_password
    new_password old_password current_password confirm_password password_confirmation
    password_confirm admin_password master_password db_password basic_auth otp totp mfa_code one_time_password

    secret secret_key secret_access_key aws_secret_access_key aws_session_token access_key_secret
    app_secret application_secret api_secret api_secret_key shared_secret signing_secret webhook_secret
    encryption_key signing_key master_key private_key private_key_pem private_token secret_token secret_string
    secret_binary appsecret_proof connection_string

    api_key x_api_key api_token app_key application_key access_key subscription_key auth_key auth_token
    app_token user_token bot_token session_token security_token service_token bearer bearer_token
    jwt jwt_token personal_access_token deploy_token registration_token reset_token
    reset_password_token verification_token confirmation_token sas_token license_key
    csrf_token csrf_middleware_token xsrf_token authenticity_token __RequestVerificationToken
    jsessionid phpsessid aspsessionid x_auth_token x_access_token
    authorization proxy_authorization
"""
"""Parameters and fields that hold credentials wherever they stand."""

QUERY = """
    X-Amz-Signature X-Amz-Credential X-Amz-Security-Token X-Goog-Signature X-Goog-Credential
    X-Oss-Signature X-Oss-Credential X-Oss-Security-Token q-signature sig subscription-key
    hapikey auth_signature
"""
"""Parameters of the query that do so there."""

AMBIGUOUS = """
    key code state token auth signature sign sig session session_id sid credential credentials
    ticket hmac pin appid access refresh access_key_id aws_access_key_id OSSAccessKeyId account_key
    user_code device_token push_token invite_token public_token
"""
"""Names that are as often harmless: only what looks like a credential is one."""


ENDINGS = """
    password passwd passphrase pwd pass secret secret_key api_key access_key private_key auth_key app_key
    application_key signing_key encryption_key service_key license_key subscription_key consumer_key
    master_key admin_key session_key token signature credential credentials
"""
"""How names end under which services keep secrets of all kinds: `openai_api_key`, `X-Acme-Token`.

What stands there is one where it looks like a credential.
"""

PLACES = """
    page_token next_token prev_token previous_token continuation_token skip_token delta_token sync_token
    resume_token cursor_token change_token concurrency_token idempotency_token client_token request_token
"""
"""How names end so that hold a place in a list, or tell requests apart."""


class HostRule(NamedTuple):
    """Ambiguous names that hold credentials on one host and the hosts below it.

    They count in the query and in forms, not in JSON, where `code` may well be an error's.
    """

    host: str
    names: frozenset[str]


HOSTS = (
    ("googleapis.com", "key code"),
    ("accounts.google.com", "code"),
    ("api.trello.com", "key token"),
    ("api.stackexchange.com", "key"),
    ("api.weatherapi.com", "key"),
    ("api.openweathermap.org", "appid"),
    ("api.tomtom.com", "key"),
    ("api.maptiler.com", "key"),
    ("dev.virtualearth.net", "key"),
    ("graph.facebook.com", "code"),
    ("github.com", "code"),
    ("login.microsoftonline.com", "code"),
    ("slack.com", "token code"),
    ("finnhub.io", "token"),
    ("cloud.iexapis.com", "token"),
    ("ipinfo.io", "token"),
    ("api.waqi.info", "token"),
)
"""Hosts, and which ambiguous names hold credentials there."""

PATHS = regex(
    r"/bot(\d{5,}:[\w-]{20,})(?![\w-])"  # Telegram
    r"|/services/(T\w{6,}/B\w{6,}/\w{16,})"  # Slack
    r"|/webhooks/\d{10,}/([\w-]{40,})"  # Discord
)
"""Credentials that stand in a path."""


def may_hold_path(text: str) -> bool:
    """Whether a text may hold such a URL: told at once, since it is asked of nearly every text."""
    return "/bot" in text or "/services/" in text or "/webhooks/" in text


def fold(name: str) -> str:
    """A name as it is compared.

    >>> fold("X-Api_Key")
    'xapikey'
    """
    return name.lower().replace("-", "").replace("_", "")


def folded(names: str) -> frozenset[str]:
    """A table as a set of folded names."""
    return frozenset(fold(names).split())


_ENDING = regex(rf"(?:{'|'.join(folded(ENDINGS))})[0-9]*\Z")
_PLACE = regex(rf"(?:{'|'.join(folded(PLACES))})\Z")


@lru_cache(maxsize=4096)
def ends_as_secret(name: str) -> bool:
    """Whether a folded name ends as those of secrets do.

    >>> ends_as_secret("openaiapikey"), ends_as_secret("nextpagetoken")
    (True, False)
    """
    return _ENDING.search(name) is not None and _PLACE.search(name) is None
