#include <jni.h>

#include "library.h"

JNIEXPORT jint JNICALL Java_Jni_add(JNIEnv* env, jclass cls, jint a, jint b) {
    (void)env, (void)cls;
    return add(a, b);
}

JNIEXPORT jlong JNICALL Java_Jni_touch(JNIEnv* env, jclass cls, jstring text) {
    char buffer[256];
    jsize length = (*env)->GetStringUTFLength(env, text);
    (void)cls;
    (*env)->GetStringUTFRegion(env, text, 0, (*env)->GetStringLength(env, text), buffer);
    return touch(buffer, length);
}

JNIEXPORT jlong JNICALL Java_Jni_repeat(JNIEnv* env, jclass cls, jobject function, jlong count) {
    jlong sum = 0;
    jmethodID method = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, function), "applyAsLong", "(J)J");
    (void)cls;
    for (jlong i = 0; i < count; i++) {
        sum += (*env)->CallLongMethod(env, function, method, i);
        if ((*env)->ExceptionCheck(env)) return 0;
    }
    return sum;
}

JNIEXPORT jlong JNICALL Java_Jni_checksum(JNIEnv* env, jclass cls, jbyteArray bytes) {
    jsize length = (*env)->GetArrayLength(env, bytes);
    void* data = (*env)->GetPrimitiveArrayCritical(env, bytes, NULL);
    (void)cls;
    jlong result = checksum(data, length);
    (*env)->ReleasePrimitiveArrayCritical(env, bytes, data, JNI_ABORT);
    return result;
}
